//! What is deployed: packages of the shipped rules, held to the products' own checks, and the folders that they are written into.

mod contentctl;
mod defender;
mod manifest;
mod output;
mod pages;
mod prune;
mod same;
mod sentinel;
mod splunk_app;
mod templates;
