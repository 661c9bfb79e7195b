//! What `--target` names: queries in a language, or packages for a product.

use std::collections::BTreeSet;

use clap::ValueEnum;

use crate::cli::status::Failure;
use crate::package::Package;
use crate::target::{Dialect, Target};

/// A word after `--target`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TargetName {
    /// Queries in Kusto, for Microsoft Sentinel
    Kql,
    /// Searches for Splunk
    Spl,
    /// SQL over one view per log, for a data lake
    Sql,
    /// Analytics rules of Microsoft Sentinel, in the YAML of the Azure-Sentinel repository
    SentinelYaml,
    /// The same as Azure Resource Manager templates
    SentinelArm,
    /// The same as Bicep
    Bicep,
    /// Custom detections of Microsoft Defender XDR, for the Graph API
    DefenderXdr,
    /// An app for Splunk
    SplunkApp,
    /// Content for Splunk Enterprise Security, in the layout of contentctl
    Contentctl,
    /// All of these, SQL in each dialect
    All,
}

/// Which SQL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DialectName {
    /// DuckDB
    #[default]
    #[value(name = "duckdb")]
    DuckDb,
    /// Apache Spark
    Spark,
    /// ClickHouse
    #[value(name = "clickhouse")]
    ClickHouse,
}

impl DialectName {
    /// The engine.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::DuckDb => Dialect::DuckDb,
            Self::Spark => Dialect::Spark,
            Self::ClickHouse => Dialect::ClickHouse,
        }
    }
}

/// What is built, each with files of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// Queries.
    Query(Target),
    /// A package.
    Package(Package),
}

impl Product {
    /// Its folder beside other products, and its name in the manifest.
    pub fn label(self) -> &'static str {
        match self {
            Self::Query(Target::Kql) => "kql",
            Self::Query(Target::Spl) => "spl",
            Self::Query(Target::Sql(Dialect::DuckDb)) => "sql-duckdb",
            Self::Query(Target::Sql(Dialect::Spark)) => "sql-spark",
            Self::Query(Target::Sql(Dialect::ClickHouse)) => "sql-clickhouse",
            Self::Package(package) => package.word(),
        }
    }

    /// The same for self-tests, which no build of queries removes.
    pub fn label_of_selftests(self) -> &'static str {
        match self {
            Self::Query(Target::Kql) => "kql-selftest",
            Self::Query(Target::Spl) => "spl-selftest",
            Self::Query(Target::Sql(Dialect::DuckDb)) => "sql-duckdb-selftest",
            Self::Query(Target::Sql(Dialect::Spark)) => "sql-spark-selftest",
            Self::Query(Target::Sql(Dialect::ClickHouse)) => "sql-clickhouse-selftest",
            Self::Package(package) => package.word(),
        }
    }

    /// Whether it can be one file for all rules.
    pub fn has_layouts(self) -> bool {
        match self {
            Self::Package(Package::SentinelArm | Package::Bicep) => true,
            Self::Package(Package::SentinelYaml | Package::DefenderXdr | Package::SplunkApp | Package::Contentctl)
            | Self::Query(_) => false,
        }
    }

    /// The package, where it is one.
    pub fn package(self) -> Option<Package> {
        match self {
            Self::Query(_) => None,
            Self::Package(package) => Some(package),
        }
    }
}

/// What some words name, each once and in an order of its own.
///
/// # Errors
/// When there is a dialect without SQL.
pub fn products(names: &[TargetName], dialect: Option<DialectName>) -> Result<Vec<Product>, Failure> {
    let mut products = BTreeSet::new();
    for name in names {
        products.extend(of_name(*name, dialect));
    }
    let has_sql = products.iter().any(|product| matches!(product, Product::Query(Target::Sql(_))));
    match dialect {
        Some(dialect) if !has_sql => {
            let dialect = dialect.dialect();
            let message = format!("{} is a dialect of SQL, and `--target` is another language", dialect.title());
            let help = format!("write `--target sql --dialect {}`, or leave out `--dialect`", dialect.word());
            Err(Failure::usage(message, Some(help)))
        }
        Some(_) | None => Ok(products.into_iter().collect()),
    }
}

fn of_name(name: TargetName, dialect: Option<DialectName>) -> Vec<Product> {
    let package = |package| vec![Product::Package(package)];
    match name {
        TargetName::Kql => vec![Product::Query(Target::Kql)],
        TargetName::Spl => vec![Product::Query(Target::Spl)],
        TargetName::Sql => vec![Product::Query(Target::Sql(dialect.unwrap_or_default().dialect()))],
        TargetName::SentinelYaml => package(Package::SentinelYaml),
        TargetName::SentinelArm => package(Package::SentinelArm),
        TargetName::Bicep => package(Package::Bicep),
        TargetName::DefenderXdr => package(Package::DefenderXdr),
        TargetName::SplunkApp => package(Package::SplunkApp),
        TargetName::Contentctl => package(Package::Contentctl),
        TargetName::All => {
            let is_meant = |target: &Target| match (target, dialect) {
                (Target::Sql(engine), Some(dialect)) => *engine == dialect.dialect(),
                (Target::Kql | Target::Spl | Target::Sql(_), _) => true,
            };
            let queries = Target::ALL.into_iter().filter(is_meant).map(Product::Query);
            queries.chain(Package::ALL.map(Product::Package)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_every_target_and_package_once() {
        let all = products(&[TargetName::All, TargetName::Kql], None).unwrap();
        assert_eq!(all.len(), Target::ALL.len() + Package::ALL.len());
        let labels: BTreeSet<&str> =
            all.iter().flat_map(|product| [product.label(), product.label_of_selftests()]).collect();
        assert_eq!(labels.len(), 2 * Target::ALL.len() + Package::ALL.len());
        let one = products(&[TargetName::All], Some(DialectName::Spark)).unwrap();
        assert_eq!(one.len(), all.len() - 2);
    }

    #[test]
    fn the_words_are_those_of_the_packages() {
        for package in Package::ALL {
            let name = TargetName::from_str(package.word(), false).unwrap();
            assert_eq!(of_name(name, None), [Product::Package(package)]);
        }
    }
}
