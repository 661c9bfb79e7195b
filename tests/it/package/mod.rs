//! What is deployed: packages of the shipped rules, held to the products' own checks, and the folders that they are written into.

mod manifest;
mod output;
mod prune;
mod same;
mod sentinel;
mod templates;
