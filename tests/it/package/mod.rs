//! What is deployed: made of rules, and taken by the vendors' own tools.

mod contentctl;
