//! A field from what a file says, from the field that it changes, and from the shared definition.

use std::sync::Arc;

use super::apply::{below, presence};
use super::draft::{FieldDraft, ReadDraft};
use super::node::{Findings, Located};
use super::types::{check_type_word, field_type, fits};
use crate::catalog::error::CatalogError;
use crate::catalog::{Field, FieldDefinition, GeoAttribute, Origin, Otherwise, Path, Read};
use crate::diagnostic::suggest;
use crate::source::Place;
use crate::types::Type;

/// What a field's meaning depends on beside its own text.
#[derive(Debug)]
pub struct Context<'a> {
    /// Issuer of its identifiers.
    pub provider: &'a Arc<str>,
    /// Root of paths in Splunk.
    pub root: &'a Path,
    /// What all sources agree on, for a shared field.
    pub definition: Option<&'a FieldDefinition>,
}

/// A field under its name, as messages speak of it.
struct Named<'a> {
    name: &'a Located<String>,
    ty: &'a Type,
}

/// The field that a draft describes.
pub fn apply(
    name: &Located<String>,
    draft: FieldDraft,
    base: Option<&Field>,
    context: &Context<'_>,
    findings: &mut Findings,
) -> Option<Field> {
    let ty = ty(name, &draft, base, context, findings);
    let inherited = base.map(|base| base.meaning.clone());
    let shared = context.definition.map(|shared| shared.meaning.clone());
    let meaning = draft.meaning.clone().or(inherited).or(shared);
    let lacks = [("type", ty == Found::Nothing), ("meaning", meaning.is_none())];
    let keys: Vec<_> = lacks.iter().filter(|(_, lacks)| *lacks).map(|(key, _)| (*key).to_owned()).collect();
    if !keys.is_empty() {
        missing(name, keys, findings);
    }
    let (Found::Type(ty), Some(meaning)) = (ty, meaning) else { return None };
    let (note, often_missing, word) = (draft.note.clone(), draft.often_missing.clone(), draft.presence);
    let origin = origin(&Named { name, ty: &ty }, draft, base, context, findings)?;
    let presence = presence(word, base, &origin);
    let note = note.or_else(|| base.and_then(|base| base.note.clone()));
    let often_missing = often_missing.or_else(|| base.and_then(|base| base.often_missing.clone()));
    Some(Field { name: name.value.clone(), ty, presence, often_missing, meaning, note, origin })
}

fn missing(name: &Located<String>, keys: Vec<String>, findings: &mut Findings) {
    let (place, name) = (name.place, name.value.clone());
    findings.report(CatalogError::Missing { place, keys, what: "the field", name });
}

/// Whether a type was said.
#[derive(PartialEq)]
enum Found {
    Type(Type),
    Wrong,
    Nothing,
}

fn ty(
    name: &Located<String>,
    draft: &FieldDraft,
    base: Option<&Field>,
    context: &Context<'_>,
    findings: &mut Findings,
) -> Found {
    let build = |word: &str, values: &[String]| {
        field_type(word, &name.value, context.provider, values).map_or(Found::Wrong, Found::Type)
    };
    if let Some(shared) = context.definition {
        let other = draft.ty.as_ref().filter(|word| word.value != shared.ty);
        if other.is_some() || draft.values.is_some() {
            let place = other.map_or(name.place, |word| word.place);
            findings.report(CatalogError::SharedType { place, field: name.value.clone(), ty: shared.ty.clone() });
        }
        return build(&shared.ty, &shared.values);
    }
    let values = draft.values.as_deref();
    match (&draft.ty, base) {
        (Some(word), _) if !check_type_word(word, findings) => Found::Wrong,
        (Some(word), _) if word.value == "enum" && values.is_none_or(<[String]>::is_empty) => {
            missing(name, vec!["values".to_owned()], findings);
            Found::Wrong
        }
        (Some(word), _) => {
            if values.is_some() && word.value != "enum" {
                let (place, field, ty) = (name.place, name.value.clone(), word.value.clone());
                findings.report(CatalogError::NotForType { place, field, key: "values", ty });
            }
            build(&word.value, values.unwrap_or_default())
        }
        (None, Some(Field { ty: Type::Enum(_), .. })) if values.is_some() => build("enum", values.unwrap_or_default()),
        (None, Some(base)) => Found::Type(base.ty.clone()),
        (None, None) => Found::Nothing,
    }
}

fn origin(
    field: &Named<'_>,
    draft: FieldDraft,
    base: Option<&Field>,
    context: &Context<'_>,
    findings: &mut Findings,
) -> Option<Origin> {
    let given = [
        ("constant", draft.constant.is_some()),
        ("lookup", draft.lookup.is_some()),
        ("paths", !draft.read.is_empty()),
        ("latitude", draft.latitude.is_some() || draft.longitude.is_some()),
    ];
    let keys: Vec<_> = given.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
    let place = field.name.place;
    if keys.len() > 1 {
        findings.report(CatalogError::TwoOrigins { place, field: field.name.value.clone(), keys });
        return None;
    }
    if let Some(constant) = draft.constant {
        check_value(&constant, field, findings);
        return Some(Origin::Constant(constant.value));
    }
    if let Some(lookup) = draft.lookup {
        return look_up(field, &lookup, findings);
    }
    if draft.latitude.is_some() || draft.longitude.is_some() {
        return point(field, draft.latitude, draft.longitude, base, context, findings);
    }
    if draft.read.is_empty() {
        if base.is_none() {
            missing(field.name, vec!["raw".to_owned(), "kql".to_owned()], findings);
        }
        return base.map(|base| base.origin.clone());
    }
    if *field.ty == Type::Location {
        return not_for_type(field, "raw", findings);
    }
    let start = match base.map(|base| &base.origin) {
        Some(Origin::Read(read)) => read.clone(),
        Some(Origin::Constant(_) | Origin::Point { .. } | Origin::Lookup(_)) | None => Read::default(),
    };
    read(field, place, draft.read, start, context, findings).map(Origin::Read)
}

fn not_for_type<T>(field: &Named<'_>, key: &'static str, findings: &mut Findings) -> Option<T> {
    let (place, name, ty) = (field.name.place, field.name.value.clone(), field.ty.to_string());
    findings.report(CatalogError::NotForType { place, field: name, key, ty });
    None
}

fn look_up(field: &Named<'_>, lookup: &Located<GeoAttribute>, findings: &mut Findings) -> Option<Origin> {
    let fits = match lookup.value {
        GeoAttribute::Country => *field.ty == Type::Country,
        GeoAttribute::City => *field.ty == Type::Name,
        GeoAttribute::Location => *field.ty == Type::Location,
    };
    if fits { Some(Origin::Lookup(lookup.value)) } else { not_for_type(field, "lookup", findings) }
}

fn point(
    field: &Named<'_>,
    latitude: Option<(Place, ReadDraft)>,
    longitude: Option<(Place, ReadDraft)>,
    base: Option<&Field>,
    context: &Context<'_>,
    findings: &mut Findings,
) -> Option<Origin> {
    if *field.ty != Type::Location {
        return not_for_type(field, "latitude", findings);
    }
    let old = match base.map(|base| &base.origin) {
        Some(Origin::Point { latitude, longitude }) => Some((latitude.clone(), longitude.clone())),
        Some(Origin::Constant(_) | Origin::Read(_) | Origin::Lookup(_)) | None => None,
    };
    let lacks = |draft: &Option<_>, key: &str| (draft.is_none() && old.is_none()).then(|| key.to_owned());
    let keys: Vec<_> = lacks(&latitude, "latitude").into_iter().chain(lacks(&longitude, "longitude")).collect();
    if !keys.is_empty() {
        missing(field.name, keys, findings);
        return None;
    }
    let (old_latitude, old_longitude) = old.unwrap_or_default();
    let number = Named { name: field.name, ty: &Type::Float };
    let mut side = |draft: Option<(Place, ReadDraft)>, old: Read| match draft {
        Some((place, draft)) => read(&number, place, draft, old, context, findings),
        None => Some(old),
    };
    Some(Origin::Point { latitude: side(latitude, old_latitude)?, longitude: side(longitude, old_longitude)? })
}

/// Applies the keys of a draft to a read. Splunk paths follow the raw paths unless they are written.
fn read(
    field: &Named<'_>,
    place: Place,
    draft: ReadDraft,
    start: Read,
    context: &Context<'_>,
    findings: &mut Findings,
) -> Option<Read> {
    check_read(field, &draft, findings);
    let mut read = start;
    let follows = read.spl == below(&read.raw, context.root);
    if let Some(raw) = draft.raw {
        read.raw = raw;
    }
    if let Some(kql) = draft.kql {
        read.kql = kql;
    }
    if let Some(spl) = draft.spl {
        read.spl = spl;
    } else if follows {
        read.spl = below(&read.raw, context.root);
    }
    read.extract_address = draft.extract_address.unwrap_or(read.extract_address);
    read.placeholders = draft.placeholders.unwrap_or(read.placeholders);
    if let Some(map) = draft.map {
        read.map = map.into_iter().map(|(key, value)| (key, value.value)).collect();
    }
    if let Some(otherwise) = draft.otherwise {
        read.otherwise = otherwise.value;
    }
    if let Some(absent) = draft.absent {
        read.absent = Some(absent.value);
    }
    let keys = [("raw", &read.raw), ("kql", &read.kql), ("spl", &read.spl)];
    let keys: Vec<_> = keys.iter().filter(|(_, paths)| paths.is_empty()).map(|(key, _)| (*key).to_owned()).collect();
    // Without raw paths the Splunk paths are missing too; one of the two is enough to say.
    let keys: Vec<_> = keys.iter().filter(|key| *key != "spl" || !keys.contains(&"raw".to_owned())).cloned().collect();
    if keys.is_empty() {
        return Some(read);
    }
    missing(&Located { value: field.name.value.clone(), place }, keys, findings);
    None
}

fn check_read(field: &Named<'_>, draft: &ReadDraft, findings: &mut Findings) {
    if draft.extract_address == Some(true) && *field.ty != Type::Ip {
        not_for_type::<()>(field, "extract_address", findings);
    }
    for (_, value) in draft.map.iter().flatten() {
        check_value(value, field, findings);
    }
    if let Some(absent) = &draft.absent {
        check_value(absent, field, findings);
    }
    if let Some(Located { value: Otherwise::Text(text), place }) = &draft.otherwise {
        check_value(&Located { value: text.clone(), place: *place }, field, findings);
    }
}

fn check_value(value: &Located<String>, field: &Named<'_>, findings: &mut Findings) {
    if fits(&value.value, field.ty) {
        return;
    }
    let words = if let Type::Enum(words) = field.ty { words.values.as_slice() } else { &[] };
    let near = suggest::closest(&value.value, words.iter().map(String::as_str));
    findings.report(CatalogError::NotOfType {
        place: value.place,
        value: value.value.clone(),
        field: field.name.value.clone(),
        ty: field.ty.to_string(),
        near: near.map(str::to_owned),
    });
}
