//! Matches and alerts on standard output: as lines, as one array, or as tables for people.

use std::io::{self, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Map, Value as Json};

use crate::diagnostic::render::{Appearance, Glyphs, counted};
use crate::engine::job::Found;
use crate::engine::output::{alert_object, match_object};
use crate::engine::{Alert, Match};
use crate::plan::Plan;

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object per line
    #[default]
    Ndjson,
    /// One JSON array
    Json,
    /// A table per rule
    Table,
}

/// What there is to print.
#[derive(Debug)]
pub enum Results {
    /// With `--grain match`.
    Matches(Vec<Match>),
    /// With `--grain alert`.
    Alerts(Vec<Alert>),
}

impl From<Found> for Results {
    fn from(found: Found) -> Self {
        match found {
            Found::Matches(matches) => Self::Matches(matches),
            Found::Alerts(alerts) => Self::Alerts(alerts),
        }
    }
}

impl Results {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Matches(matches) => matches.len(),
            Self::Alerts(alerts) => alerts.len(),
        }
    }

    /// How many, in words.
    #[must_use]
    pub fn counted(&self) -> String {
        match self {
            Self::Matches(matches) if matches.len() == 1 => "1 match".to_owned(),
            Self::Matches(matches) => format!("{} matches", matches.len()),
            Self::Alerts(alerts) => counted(alerts.len(), "alert"),
        }
    }

    /// Each result with its plan and its members, in output order.
    fn rows<'a>(&'a self, plans: &'a [Plan]) -> Box<dyn Iterator<Item = (usize, Map<String, Json>)> + 'a> {
        match self {
            Self::Matches(matches) => {
                Box::new(matches.iter().map(|found| (found.plan, match_object(found, &plans[found.plan]))))
            }
            Self::Alerts(alerts) => {
                Box::new(alerts.iter().map(|alert| (alert.first.plan, alert_object(alert, &plans[alert.first.plan]))))
            }
        }
    }

    /// Prints all of them.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn print(&self, plans: &[Plan], format: Format, looks: Appearance, out: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Ndjson => {
                for (_, object) in self.rows(plans) {
                    serde_json::to_writer(&mut *out, &object)?;
                    out.write_all(b"\n")?;
                }
                Ok(())
            }
            Format::Json => {
                let objects: Vec<_> = self.rows(plans).map(|(_, object)| object).collect();
                serde_json::to_writer_pretty(&mut *out, &objects)?;
                out.write_all(b"\n")
            }
            Format::Table => self.tables(plans, looks, out),
        }
    }

    fn tables(&self, plans: &[Plan], looks: Appearance, out: &mut impl Write) -> io::Result<()> {
        for (index, plan) in plans.iter().enumerate() {
            let objects: Vec<_> = self.rows(plans).filter(|(of, _)| *of == index).map(|(_, object)| object).collect();
            let Some(first) = objects.first() else { continue };
            writeln!(out, "{}: {} ({})", plan.name, plan.metadata.title, objects.len())?;
            if width(&objects) > looks.width {
                records(&objects, out)?;
                continue;
            }
            let mut table = Table::new();
            table.load_style(match looks.glyphs {
                Glyphs::Unicode => presets::UTF8_FULL_CONDENSED,
                Glyphs::Ascii => presets::ASCII_FULL_CONDENSED,
            });
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(looks.width).unwrap_or(u16::MAX));
            table.set_header(cells(first).into_iter().map(|(name, _)| name).collect::<Vec<_>>());
            for object in &objects {
                table.add_row(cells(object).into_iter().map(|(_, text)| text).collect::<Vec<_>>());
            }
            writeln!(out, "{table}\n")?;
        }
        Ok(())
    }
}

/// How wide a table of these would be: the longest text of each column, and what stands between them.
fn width(objects: &[Map<String, Json>]) -> usize {
    let mut widths: indexmap::IndexMap<String, usize> = indexmap::IndexMap::new();
    for (name, text) in objects.iter().flat_map(cells) {
        let longest = text.chars().count().max(name.chars().count());
        let width = widths.entry(name).or_default();
        *width = (*width).max(longest);
    }
    widths.values().map(|width| width + 3).sum::<usize>() + 1
}

/// Results that are too wide for a table: one line a column, a blank line between results.
fn records(objects: &[Map<String, Json>], out: &mut impl Write) -> io::Result<()> {
    for object in objects {
        let cells = cells(object);
        let longest = cells.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, text) in cells {
            writeln!(out, "  {name:longest$}  {text}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Members for a table: those of `key` and `show` stand beside the others; ids of events are only counted.
fn cells(object: &Map<String, Json>) -> Vec<(String, String)> {
    let mut cells = Vec::new();
    for (name, value) in object {
        match (name.as_str(), value) {
            // They stand in the heading.
            ("rule" | "title" | "severity", _) => {}
            ("key" | "show", Json::Object(members)) => {
                cells.extend(members.iter().map(|(name, value)| (name.clone(), cell(value))));
            }
            ("event_ids", Json::Array(ids)) => cells.push(("events".to_owned(), ids.len().to_string())),
            (_, value) => cells.push((name.clone(), cell(value))),
        }
    }
    cells
}

fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => value.to_string(),
    }
}
