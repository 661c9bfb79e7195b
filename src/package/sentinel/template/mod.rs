//! Templates of Azure resources: one tree, spelled in the JSON of Azure Resource Manager or in Bicep, so that both deploy the same.
//!
//! The tree has the few expressions that the package needs; each spelling writes all of them.

mod alert_rule;
mod automation;
pub mod bicep;
mod build;
mod error;
pub mod json;
mod playbook;
#[cfg(test)]
mod tests;
mod watchlist;

pub use build::{Spelling, build};

/// The most bytes of one resource, as its JSON has them: "Limit […] each resource definition to 1 MB", in Azure's best practices for
/// templates.
pub const MOST_BYTES_OF_RESOURCE: usize = 1_000_000;
/// The most bytes of a template; Azure says 4 MB.
pub const MOST_BYTES: usize = 4_000_000;
/// The most parameters of a template.
pub const MOST_PARAMETERS: usize = 256;
/// The most resources of a template.
pub const MOST_RESOURCES: usize = 800;

/// A template for a resource group.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// What it is, for people.
    pub description: String,
    /// What the one who deploys it may say, each name once.
    pub parameters: Vec<Parameter>,
    /// What it deploys, each symbol once.
    pub resources: Vec<Resource>,
}

/// Something that the one who deploys a template may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// Its type, with what it is where nothing is said.
    pub kind: ParameterKind,
}

/// The type of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A text that must be given.
    Required,
    /// A text.
    Text(Value),
    /// One of some texts.
    Choice {
        /// Which.
        default: String,
        /// Of which.
        allowed: Vec<String>,
    },
    /// Yes or no.
    Bool(bool),
}

/// A resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its names.
    pub reference: Reference,
    /// `2024-09-01`
    pub api_version: &'static str,
    /// Everything else: `kind`, `location`, `properties`, …
    pub body: Vec<(&'static str, Value)>,
    /// What is deployed before it, beside what it names.
    pub after: Vec<Reference>,
}

/// What names a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its symbol: what it is ends it, as with parameters, so that no two are the same whatever rules are called.
    pub symbol: String,
    /// Its type.
    pub resource_type: &'static str,
    /// Its name in Azure.
    pub name: Name,
    /// Where it belongs.
    pub scope: Scope,
}

/// The name of a resource in Azure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// As it stands.
    Text(String),
    /// What a parameter was given.
    Parameter(&'static str),
}

/// Where a resource belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In the resource group of the deployment.
    Group,
    /// To the workspace that [`WORKSPACE`] names.
    Workspace,
}

/// The parameter with the workspace's name. Sentinel's own deployments from repositories give it by this name.
pub const WORKSPACE: &str = "workspace";
/// The type of a workspace.
pub const WORKSPACE_TYPE: &str = "Microsoft.OperationalInsights/workspaces";

/// A value of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text as it is.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Bool(bool),
    /// Values in order.
    List(Vec<Value>),
    /// Values by name, in order.
    Object(Vec<(String, Value)>),
    /// What is known at the deployment.
    Expression(Expression),
}

/// What is known at the deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A text.
    Text(String),
    /// What a parameter was given.
    Parameter(String),
    /// A function that both spellings have.
    Call(&'static str, Vec<Expression>),
    /// A property of a value.
    Property(Box<Expression>, &'static str),
    /// By a parameter that is yes or no.
    Choose {
        /// The parameter.
        parameter: &'static str,
        /// Where it is yes.
        yes: &'static str,
        /// Where it is no.
        no: &'static str,
    },
    /// The id of a resource of the same template, which is deployed before the one that names it.
    Id(Reference),
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Texts.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// Values by name.
    pub fn object<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Object(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// What a parameter was given.
    pub fn parameter(name: impl Into<String>) -> Self {
        Self::Expression(Expression::Parameter(name.into()))
    }

    /// Every expression in it, outermost first.
    fn expressions<'v>(&'v self, see: &mut impl FnMut(&'v Expression)) {
        match self {
            Self::Text(_) | Self::Number(_) | Self::Bool(_) => {}
            Self::List(items) => items.iter().for_each(|item| item.expressions(see)),
            Self::Object(entries) => entries.iter().for_each(|(_, value)| value.expressions(see)),
            Self::Expression(expression) => expression.walk(see),
        }
    }
}

impl Expression {
    fn walk<'v>(&'v self, see: &mut impl FnMut(&'v Expression)) {
        see(self);
        match self {
            Self::Text(_) | Self::Parameter(_) | Self::Choose { .. } | Self::Id(_) => {}
            Self::Call(_, arguments) => arguments.iter().for_each(|argument| argument.walk(see)),
            Self::Property(of, _) => of.walk(see),
        }
    }
}

impl Resource {
    /// The resources of the same template that are deployed before it, each once.
    fn before(&self) -> Vec<&Reference> {
        let mut named: Vec<&Reference> = self.after.iter().collect();
        for (_, value) in &self.body {
            value.expressions(&mut |expression| {
                let Expression::Id(reference) = expression else { return };
                if !named.contains(&reference) {
                    named.push(reference);
                }
            });
        }
        named
    }

    /// Its id.
    pub fn id(&self) -> Value {
        Value::Expression(Expression::Id(self.reference.clone()))
    }
}

impl Name {
    fn expression(&self) -> Expression {
        match self {
            Self::Text(text) => Expression::Text(text.clone()),
            Self::Parameter(name) => Expression::Parameter((*name).to_owned()),
        }
    }

    fn value(&self) -> Value {
        Value::Expression(self.expression())
    }
}
