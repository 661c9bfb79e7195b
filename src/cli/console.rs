//! The two streams: results on standard output, everything else on standard error.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use clap::ValueEnum;

use super::input::Problem;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{self, Appearance, Colours, Glyphs};
use crate::source::Sources;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless the variable `NO_COLOR` is set
    #[default]
    #[value(help = "On a terminal, unless NO_COLOR is set")]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Standard output and standard error with what is known about them.
#[derive(Debug)]
pub struct Console {
    /// For results.
    pub out: BufWriter<Stdout>,
    color: ColorChoice,
}

impl Console {
    /// The console of this process.
    #[must_use]
    pub fn new(color: ColorChoice) -> Self {
        Self { out: BufWriter::new(io::stdout()), color }
    }

    /// How text for people looks on standard output.
    #[must_use]
    pub fn out_appearance(&self) -> Appearance {
        appearance(self.color, io::stdout().is_terminal())
    }

    /// How text for people looks on standard error.
    #[must_use]
    pub fn err_appearance(&self) -> Appearance {
        appearance(self.color, io::stderr().is_terminal())
    }

    /// Whether standard error is a terminal that someone looks at.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// A line on standard error. That it cannot be written changes nothing.
    pub fn say(&self, line: impl Display) {
        let _ = writeln!(io::stderr(), "{line}");
    }

    /// `error: …` with what to do about it on standard error.
    pub fn error(&self, message: impl Display, help: Option<&str>) {
        self.marked("error", "31", &message, help);
    }

    /// `warning: …` with what to do about it on standard error.
    pub fn warning(&self, message: impl Display, help: Option<&str>) {
        self.marked("warning", "33", &message, help);
    }

    /// Each problem with an input as an error.
    pub fn problems(&self, problems: &[Problem]) {
        for problem in problems {
            self.error(&problem.message, problem.help.as_deref());
        }
    }

    /// Diagnostics for people on standard error.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &Sources) {
        let _ = io::stderr().write_all(render::human(diagnostics, sources, self.err_appearance()).as_bytes());
    }

    fn marked(&self, word: &str, colour: &str, message: &dyn Display, help: Option<&str>) {
        match self.err_appearance().colours {
            Colours::On => self.say(format_args!("\u{1b}[1;{colour}m{word}\u{1b}[0m: {message}")),
            Colours::Off => self.say(format_args!("{word}: {message}")),
        }
        if let Some(help) = help {
            self.say(format_args!("  help: {help}"));
        }
    }
}

fn appearance(color: ColorChoice, terminal: bool) -> Appearance {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let colours = match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => terminal && !dumb && !set("NO_COLOR"),
    };
    Appearance {
        colours: if colours { Colours::On } else { Colours::Off },
        glyphs: if unicode() { Glyphs::Unicode } else { Glyphs::Ascii },
        width: std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(100).max(40),
    }
}

/// Whether the locale says that texts are UTF-8, as far as it says anything.
fn unicode() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8") || locale.starts_with("c.utf")
    })
}
