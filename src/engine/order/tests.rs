//! The order of events, with and without temporary files.

mod stream;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Event, Hit, Orderer, Taken};
use crate::value::Value;

/// Time, id, source, value of an event, and the streams that take it, a bit each; its values say those too, as filters go by them.
type Fact = (i64, u8, u16, i64, u8);

fn taken((time, id, source, value, hits): Fact) -> Taken {
    let id = if id == 0 { String::new() } else { format!("e{id}") };
    let streams = (0..8).filter(|bit| hits >> bit & 1 == 1);
    let event = event(time, &id, source, value * 16 + i64::from(hits));
    let hits = streams.zip(0..).map(|(stream, key)| Hit { rule: stream / 2, stream: stream % 2, key }).collect();
    Taken { hits, keys: [Some(time.cast_unsigned()), None].into(), ..event.into() }
}

fn named(time: i64, id: &str) -> Taken {
    event(time, id, 0, 0).into()
}

/// What the order of events is, said as simply as can be: all of them sorted; of each, the streams are left that no event of its
/// source and id counts for within the horizon before it.
fn reference(mut events: Vec<Taken>, horizon: i64) -> (Vec<Taken>, u64) {
    let key = |taken: &Taken| {
        let event = &taken.event;
        (event.time, event.event_id.clone(), event.source, event.values.clone())
    };
    events.sort_by_key(key);
    let mut counted: BTreeMap<(u16, Value), Vec<Taken>> = BTreeMap::new();
    let (mut all, mut copies) = (Vec::new(), 0);
    for mut taken in events {
        if !taken.event.event_id.is_missing() {
            let before = counted.entry((taken.event.source, taken.event.event_id.clone())).or_default();
            let near = || before.iter().filter(|one| taken.event.time - one.event.time <= horizon);
            let is_left = |hit: &&Hit| {
                !near().any(|one| one.hits.iter().any(|other| (other.rule, other.stream) == (hit.rule, hit.stream)))
            };
            let left: Arc<[Hit]> = taken.hits.iter().filter(is_left).copied().collect();
            if left.is_empty() && near().next().is_some() {
                copies += 1;
                continue;
            }
            taken.hits = left;
            before.push(taken.clone());
        }
        all.push(taken);
    }
    (all, copies)
}

fn event(time: i64, id: &str, source: u16, value: i64) -> Event {
    let event_id = if id.is_empty() { Value::Missing } else { Value::text(id) };
    Event { time, event_id, source, values: vec![Value::Int(value), Value::text("x")].into() }
}

fn ordered(events: impl IntoIterator<Item = Event>, memory: usize) -> (Vec<Event>, u64) {
    let mut orderer = Orderer::new(memory);
    for event in events {
        orderer.push(event).unwrap();
    }
    let mut ordered = orderer.finish().unwrap();
    let mut all = Vec::new();
    while let Some(event) = ordered.next_event().unwrap() {
        all.push(event);
    }
    (all, ordered.copies())
}

#[test]
fn the_earliest_copy_stays_and_events_without_id_all_stay() {
    let events =
        [event(5, "a", 0, 1), event(3, "a", 0, 2), event(4, "a", 1, 3), event(1, "", 0, 4), event(1, "", 0, 4)];
    for memory in [usize::MAX, 200, 0] {
        let (all, copies) = ordered(events.clone(), memory);
        let kept: Vec<i64> = all.iter().map(|event| event.time).collect();
        assert_eq!((kept, copies), (vec![1, 1, 3, 4], 1));
    }
}

#[test]
fn of_copies_at_one_time_the_one_with_the_least_values_stays() {
    for memory in [usize::MAX, 0] {
        let (all, _) = ordered([event(5, "a", 0, 7), event(5, "a", 0, 6), event(5, "a", 0, 8)], memory);
        assert_eq!(all, [event(5, "a", 0, 6)]);
    }
}

#[test]
fn events_of_one_moment_are_ordered_by_id_and_those_without_come_first() {
    for memory in [usize::MAX, 0] {
        let (all, _) = ordered([event(5, "b", 0, 1), event(5, "a", 1, 2), event(5, "", 2, 3)], memory);
        assert_eq!(all, [event(5, "", 2, 3), event(5, "a", 1, 2), event(5, "b", 0, 1)]);
    }
}

#[test]
fn an_event_is_a_copy_of_one_that_counts_within_the_horizon_before_it() {
    for memory in [usize::MAX, 4000, 0] {
        let mut orderer = Orderer::within(10, memory);
        for time in [25, 20, 10, 0, 21] {
            orderer.push(event(time, "a", 0, 0)).unwrap();
        }
        let mut ordered = orderer.finish().unwrap();
        let times: Vec<i64> = std::iter::from_fn(|| ordered.next_event().unwrap()).map(|event| event.time).collect();
        assert_eq!((times, ordered.copies()), (vec![0, 20], 3));
    }
}

#[test]
fn nothing_comes_of_nothing() {
    assert_eq!(ordered([], 0), (Vec::new(), 0));
}

proptest! {
    #[test]
    fn neither_arrival_nor_temporary_files_change_anything(
        facts in prop::collection::vec((0..20_i64, 0..6_u8, 0..2_u16, 0..3_i64), 0..60),
        places in prop::collection::vec(any::<u16>(), 60),
        memory in 0..4000_usize,
    ) {
        let id = |number: u8| if number == 0 { String::new() } else { format!("e{number}") };
        let all = facts.iter().map(|(time, number, source, value)| event(*time, &id(*number), *source, *value));
        let events: Vec<Event> = all.collect();
        let mut shuffled: Vec<(u16, Event)> = places.into_iter().zip(events.clone()).collect();
        shuffled.sort_by_key(|(place, _)| *place);
        let shuffled = shuffled.into_iter().map(|(_, event)| event);
        let expected = ordered(events, usize::MAX);
        prop_assert_eq!(&ordered(shuffled.clone(), usize::MAX), &expected);
        prop_assert_eq!(&ordered(shuffled, memory), &expected);
    }

    #[test]
    fn copies_are_told_for_each_stream_as_the_reference_tells_them(
        facts in prop::collection::vec((0..60_i64, 0..5_u8, 0..2_u16, 0..2_i64, 0..8_u8), 0..80),
        horizon in 0..40_i64,
        memory in 0..60_000_usize,
    ) {
        let events: Vec<Taken> = facts.into_iter().map(taken).collect();
        let (expected, copies) = reference(events.clone(), horizon);
        let mut orderer = Orderer::within(horizon, memory);
        for taken in events {
            orderer.take(taken).unwrap();
        }
        let mut ordered = orderer.finish().unwrap();
        for one in expected {
            let found = ordered.next_taken().unwrap().unwrap();
            prop_assert_eq!((&found.event, &found.hits, &found.keys), (&one.event, &one.hits, &one.keys));
        }
        prop_assert!(ordered.next_taken().unwrap().is_none());
        prop_assert_eq!(ordered.copies(), copies);
    }
}
