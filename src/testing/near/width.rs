//! Windows that are a little too short.

use crate::plan::{Shape, Window};

use super::super::{Case, show};
use super::{Goal, filter};

/// Widths between more moments than these are not looked for.
const MOMENTS: usize = 1000;

/// The least width with which the goal would be reached, where there is one.
pub(super) fn too_short(case: &Case<'_>, window: &Window, goal: Goal<'_>) -> Option<String> {
    let mut times: Vec<i64> = filter::passed(case, case.plan.main()).map(|event| event.time).collect();
    times.dedup();
    if times.len() > MOMENTS {
        return None;
    }
    let apart = times.iter().enumerate().flat_map(|(index, later)| times[..index].iter().map(move |time| later - time));
    let mut widths: Vec<i64> = apart.filter(|width| *width > window.width).collect();
    widths.sort_unstable();
    widths.dedup();
    widths.into_iter().take(case.patience()).find_map(|width| {
        let mut easier = case.plan.clone();
        easier.shape = Shape::Window(Window { width, ..window.clone() });
        goal.is_reached(&case.evaluate(&easier), &easier).then(|| {
            let (given, beyond) = (show::duration(window.width), show::duration(width - window.width));
            format!("`within {given}` is {beyond} too short: it would match within {}", show::duration(width))
        })
    })
}
