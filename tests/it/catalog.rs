//! The catalogue: its data against outside schemas and example records, and its files when users write them.

mod files;
mod records;
mod schema;
