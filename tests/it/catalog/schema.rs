//! Every column that the catalogue names is a column of its table in Log Analytics, of the type that the catalogue says.

use serde_json::Value;
use tokentrail::catalog::{LogSource, Origin, Path, Read, load};
use tokentrail::types::Type;

const SCHEMA: &str = include_str!("../../oracles/schema/sentinel.json");

/// The type of a column in the schema, if it is there.
fn column<'a>(schema: &'a Value, table: &str, column: &str) -> Option<&'a str> {
    schema["tables"][table][column].as_str()
}

fn reads(origin: &Origin) -> Vec<&Read> {
    match origin {
        Origin::Read(read) => vec![read],
        Origin::Point { latitude, longitude } => vec![latitude, longitude],
        Origin::Constant(_) | Origin::Lookup(_) => Vec::new(),
    }
}

/// What the catalogue says about a column: its own word, or `string`.
fn said<'a>(source: &'a LogSource, column: &str) -> &'a str {
    source.kql.columns.get(column).map_or("string", String::as_str)
}

#[test]
fn every_path_in_log_analytics_starts_at_a_column_of_the_type_that_is_said() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut wrong = Vec::new();
    for source in load::builtin().sources.values() {
        let table = &source.kql.table;
        for field in source.fields.values() {
            for path in reads(&field.origin).iter().flat_map(|read| &read.kql) {
                let actual = column(&schema, table, &path.0[0]);
                if actual != Some(said(source, &path.0[0])) {
                    wrong.push(format!("{}.{}: {path} is {actual:?} in {table}", source.name, field.name));
                }
            }
        }
        let listed = source.kql.columns.iter().map(|(name, ty)| (name.clone(), ty.as_str()));
        let only = source.kql.only.keys().map(|path| Path::parse(path).0[0].clone());
        for (name, ty) in listed.chain(only.map(|name| (name, "string"))) {
            if column(&schema, table, &name) != Some(ty) {
                wrong.push(format!("{}: {table}.{name} is not {ty}", source.name));
            }
        }
        assert_eq!(column(&schema, table, &source.kql.time), Some("datetime"), "{}", source.name);
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_dynamic_columns_and_texts_with_json_are_looked_into() {
    for source in load::builtin().sources.values() {
        for field in source.fields.values() {
            for path in reads(&field.origin).iter().flat_map(|read| &read.kql).filter(|path| path.0.len() > 1) {
                let ty = said(source, &path.0[0]);
                assert!(matches!(ty, "dynamic" | "string"), "{}.{}: {path} into {ty}", source.name, field.name);
            }
        }
    }
}

#[test]
fn a_column_can_hold_the_field_that_is_read_from_it() {
    for source in load::builtin().sources.values() {
        for field in source.fields.values() {
            let Origin::Read(read) = &field.origin else { continue };
            if !read.map.is_empty() || read.absent.is_some() {
                continue;
            }
            for path in read.kql.iter().filter(|path| path.0.len() == 1) {
                let column = said(source, &path.0[0]);
                let good: &[&str] = match &field.ty {
                    Type::Time => &["datetime"],
                    Type::Bool => &["bool"],
                    Type::Int => &["int", "long"],
                    // Sign-in tables hold the number as text.
                    Type::Asn => &["string", "int", "long"],
                    Type::Float => &["real"],
                    Type::String | Type::Name | Type::Ip | Type::Country | Type::Enum(_) | Type::Id(..) => &["string"],
                    Type::Cidr | Type::Duration | Type::Location | Type::Distance | Type::Speed | Type::Set(_) => &[],
                };
                let good = good.contains(&column);
                assert!(good, "{}.{}: {} from a column of type {column}", source.name, field.name, field.ty);
            }
        }
    }
}

#[test]
fn columns_of_a_type_other_than_string_are_named_only_where_some_field_needs_them() {
    for source in load::builtin().sources.values() {
        let used = |name: &str| {
            source
                .fields
                .values()
                .any(|field| reads(&field.origin).iter().flat_map(|read| &read.kql).any(|path| path.0[0] == name))
        };
        for name in source.kql.columns.keys().filter(|name| **name != source.kql.time) {
            assert!(used(name), "{}: no field uses {name}", source.name);
        }
    }
}
