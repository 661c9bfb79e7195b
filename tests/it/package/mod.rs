//! What is deployed: packages, and the folders that they are written into.

mod manifest;
mod output;
mod prune;
mod same;
