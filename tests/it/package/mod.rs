//! What is deployed: packages of the shipped rules, held to the products' own checks.

mod sentinel;
mod templates;
