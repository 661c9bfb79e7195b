//! Places: each is two numbers, latitude and longitude in degrees.

use crate::library::geography::RADIUS;
use crate::plan::{Expr, ExprKind};
use crate::target::fragment::Fragment;
use crate::value::Value;

use super::expr::Scope;

impl Scope<'_> {
    /// Latitude and longitude of a place: a field's two columns, or two numbers.
    pub(super) fn coordinates(&self, expr: &Expr) -> [String; 2] {
        if let ExprKind::Literal(Value::Location(latitude, longitude)) = &expr.kind {
            let number = |degrees: f64| if degrees < 0.0 { format!("({degrees})") } else { degrees.to_string() };
            return [number(*latitude), number(*longitude)];
        }
        let columns = if let ExprKind::Field(index) = &expr.kind {
            self.columns_of(None, *index)
        } else if let ExprKind::Of(role, index) = &expr.kind {
            self.columns_of(Some(*role), *index)
        } else {
            Vec::new()
        };
        // Nothing else gives a place.
        let [north, east] = columns.as_slice() else { return [(); 2].map(|()| "null()".to_owned()) };
        [north.text.clone(), east.text.clone()]
    }
}

/// A degree in radians: `pi()` has 11 digits.
const DEGREE: f64 = std::f64::consts::PI / 180.0;

/// Half of one.
const HALF_DEGREE: f64 = std::f64::consts::PI / 360.0;

/// The great-circle distance in metres by the haversine formula. `min` passes over null, so null is kept out first; without `exact`
/// a product has no more digits than its least precise factor.
pub fn distance([north, east]: &[String; 2], [other_north, other_east]: &[String; 2]) -> Fragment {
    let half = |a: &str, b: &str| format!("pow(sin((exact({b})-exact({a}))*exact({HALF_DEGREE})), 2)");
    let cosine = |degrees: &str| format!("cos(exact({degrees})*exact({DEGREE}))");
    let chord =
        format!("{}+{}*{}*{}", half(north, other_north), cosine(north), cosine(other_north), half(east, other_east));
    let present = present(&[north, east, other_north, other_east]);
    let metres = format!("2*{RADIUS}*asin(sqrt(min(1, {chord})))");
    Fragment::atom(if present.is_empty() { metres } else { format!("if({present}, {metres}, null())") })
}

/// Whole ten-thousandths of a degree, and the text made from their digits.
pub fn text([north, east]: &[String; 2]) -> Fragment {
    let text = |degrees: &str| {
        let digits = format!("tostring(100000000+floor(exact(abs({degrees}))*10000+exact(0.5)))");
        format!(
            "if({degrees}<=-0.00005, \"-\", \"\").replace({digits}, \"^10*([0-9]+)([0-9]{{4}})$\", \"\\\\1.\\\\2\")"
        )
    };
    let written = format!("{}.\",\".{}", text(north), text(east));
    let present = present(&[north, east]);
    Fragment::atom(if present.is_empty() {
        format!("({written})")
    } else {
        format!("if({present}, {written}, null())")
    })
}

/// The test that columns are not null; numbers never are.
fn present(coordinates: &[&String]) -> String {
    let is_number = |text: &&&String| text.starts_with(|first: char| first.is_ascii_digit() || first == '(');
    let mut columns: Vec<String> =
        coordinates.iter().filter(|text| !is_number(text)).map(|column| format!("isnotnull({column})")).collect();
    columns.dedup();
    columns.join(" AND ")
}
