//! What is deployed, by the vendors' own tools.

mod splunk_app;
