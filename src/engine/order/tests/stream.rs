//! Events in order while they are read: what comes out is what sorting everything gives, or disorder is said.

use proptest::prelude::*;

use super::super::{Batch, Disorder, Orderer, Stream};
use super::{Fact, event, reference, taken};
use crate::engine::dispatch::Taken;
use crate::engine::event::Event;

/// What came out of a stream, or why it could not go on.
type Streamed = Result<(Vec<Taken>, u64), (Disorder, Option<Taken>, Vec<Taken>)>;

/// Pieces of inputs through a stream, in the order in which it wants them.
fn streamed(inputs: &[Vec<Vec<Taken>>], horizon: i64, memory: usize) -> Streamed {
    let mut stream = Stream::new(inputs.len(), horizon, memory);
    let mut next = vec![0; inputs.len()];
    let mut out: Vec<Taken> = Vec::new();
    while let Some(input) = stream.wanted() {
        match inputs[input].get(next[input]) {
            Some(piece) => {
                next[input] += 1;
                let pushed = stream.push(input, Batch::new(piece.clone()));
                pushed.map_err(|disorder| (disorder, out.last().cloned(), piece.clone()))?;
                assert!(stream.bytes() <= memory);
            }
            None => stream.ended(input),
        }
        out.extend(stream.ready().map_err(|disorder| (disorder, out.last().cloned(), Vec::new()))?);
    }
    out.extend(stream.ready().map_err(|disorder| (disorder, out.last().cloned(), Vec::new()))?);
    Ok((out, stream.copies()))
}

fn equal(a: &[Taken], b: &[Taken]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.event == b.event && a.hits == b.hits)
}

/// Facts cut to inputs and pieces: each fact says the input, and whether a piece ends after it.
fn cut(facts: &[(Fact, usize, bool)], inputs: usize) -> Vec<Vec<Vec<Taken>>> {
    let mut all = vec![vec![Vec::new()]; inputs];
    for (fact, input, ends) in facts {
        let input = &mut all[input % inputs];
        input.last_mut().unwrap().push(taken(*fact));
        if *ends {
            input.push(Vec::new());
        }
    }
    all
}

fn facts(late: i64, count: usize) -> impl Strategy<Value = Vec<(Fact, usize, bool)>> {
    let fact = (0..=late, 0..60_u8, 0..2_u16, 0..2_i64, 0..4_u8);
    prop::collection::vec((fact, any::<prop::sample::Index>(), prop::bool::weighted(0.3)), 0..count).prop_map(|facts| {
        let moved = facts.into_iter().zip(0..).map(|(((late, id, source, value, hits), input, ends), at)| {
            ((at / 2 - late, id, source, value, hits), input.index(1000), ends)
        });
        moved.collect()
    })
}

proptest! {
    #[test]
    fn what_comes_out_is_what_sorting_gives_or_disorder_is_said(
        facts in facts(60, 400),
        inputs in 1..6_usize,
        horizon in 0..80_i64,
        memory in 500..200_000_usize,
    ) {
        let pieces = cut(&facts, inputs);
        let (expected, copies) = reference(pieces.concat().concat(), horizon);
        match streamed(&pieces, horizon, memory) {
            Ok((found, left_out)) => {
                prop_assert!(equal(&found, &expected));
                prop_assert_eq!(left_out, copies);
            }
            Err((Disorder::Memory, _, _)) => prop_assert!(memory < 150_000),
            Err((Disorder::Late, last, piece)) => {
                let last = last.unwrap();
                let key = |taken: &Taken| (taken.event.time, taken.event.event_id.clone(), taken.event.source);
                prop_assert!(piece.iter().any(|taken| key(taken) <= key(&last)));
            }
        }
    }

    #[test]
    fn what_is_late_within_what_is_held_back_is_no_disorder(
        facts in facts(10, 600),
        inputs in 1..4_usize,
        horizon in 0..80_i64,
    ) {
        // The budget is about a hundred events, half of which stay back, of which two have the same time.
        let memory = 8 * 110 * 400;
        let pieces = cut(&facts, inputs);
        let (expected, copies) = reference(pieces.concat().concat(), horizon);
        let (found, left_out) = streamed(&pieces, horizon, memory).map_err(|(disorder, _, _)| disorder).unwrap();
        prop_assert!(equal(&found, &expected));
        prop_assert_eq!(left_out, copies);
    }

    #[test]
    fn a_stream_and_sorting_on_disk_give_the_same(
        facts in facts(5, 300),
        inputs in 1..6_usize,
        horizon in 0..80_i64,
        memory in 0..20_000_usize,
    ) {
        let pieces = cut(&facts, inputs);
        let mut orderer = Orderer::within(horizon, memory);
        for taken in pieces.concat().concat().into_iter().rev() {
            orderer.take(taken).unwrap();
        }
        let mut ordered = orderer.finish().unwrap();
        let sorted: Vec<Taken> = std::iter::from_fn(|| ordered.next_taken().unwrap()).collect();
        let (found, copies) = streamed(&pieces, horizon, usize::MAX).map_err(|(disorder, _, _)| disorder).unwrap();
        prop_assert!(equal(&found, &sorted));
        prop_assert_eq!(ordered.copies(), copies);
    }
}

fn at(times: impl IntoIterator<Item = i64>) -> Vec<Taken> {
    times.into_iter().map(|time| taken((time, u8::try_from(time.rem_euclid(200)).unwrap() + 1, 0, 0, 1))).collect()
}

fn hundreds(times: impl IntoIterator<Item = i64>) -> Vec<Vec<Taken>> {
    at(times).chunks(100).map(<[Taken]>::to_vec).collect()
}

#[test]
fn a_clock_that_jumps_back_is_disorder() {
    let jumps = hundreds((10_000..15_000).chain(5_000..10_000));
    let found = streamed(&[jumps], 0, 1 << 20);
    assert_eq!(found.map_err(|(disorder, _, _)| disorder).unwrap_err(), Disorder::Late);
}

/// Uploads that are repeated long after.
#[test]
fn copies_that_come_late_are_no_disorder() {
    let again = hundreds((0..4_000).chain(3_000..3_500).chain(4_000..8_000));
    let (found, copies) = streamed(&[again], 2_000, 1 << 20).map_err(|(disorder, _, _)| disorder).unwrap();
    let (expected, of_reference) = reference(at((0..4_000).chain(3_000..3_500).chain(4_000..8_000)), 2_000);
    assert!(equal(&found, &expected));
    assert_eq!(copies, of_reference);
}

#[test]
fn inputs_that_begin_later_wait_and_are_read_in_turn() {
    let of_hour = |hour: i64| hundreds(hour * 1000..hour * 1000 + 1000);
    let inputs: Vec<_> = [3, 0, 2, 1].map(of_hour).into();
    let mut stream = Stream::new(4, 0, 1 << 20);
    for (place, input) in inputs.iter().enumerate() {
        assert_eq!(stream.wanted(), Some(place));
        stream.push(place, Batch::new(input[0].clone())).unwrap();
    }
    let mut next = [1; 4];
    let mut turns = Vec::new();
    while let Some(input) = stream.wanted() {
        turns.push(input);
        match inputs[input].get(next[input]) {
            Some(piece) => stream.push(input, Batch::new(piece.clone())).unwrap(),
            None => stream.ended(input),
        }
        next[input] += 1;
        stream.ready().unwrap();
    }
    turns.dedup();
    assert_eq!(turns, [1, 3, 2, 0]);
}

#[test]
fn what_is_held_does_not_grow_with_the_log() {
    let most = |events: i64| {
        let mut stream = Stream::new(1, 100, 1 << 20);
        let (mut most, mut given) = (0, 0);
        for piece in hundreds(0..events) {
            stream.push(0, Batch::new(piece)).unwrap();
            given += stream.ready().unwrap().len();
            most = most.max(stream.bytes());
        }
        stream.ended(0);
        (most, given + stream.ready().unwrap().len())
    };
    let (few, many) = (most(5_000), most(50_000));
    assert_eq!((few.1, many.1), (5_000, 50_000));
    assert!(many.0 <= few.0 * 13 / 10, "{few:?} {many:?}");
}

#[test]
fn ids_that_do_not_fit_are_said_and_not_forgotten() {
    let ids = (0..20_000).map(|time| super::named(time, &format!("e{time}")));
    let pieces: Vec<Vec<Taken>> = ids.collect::<Vec<_>>().chunks(100).map(<[Taken]>::to_vec).collect();
    let outcome = |horizon| streamed(std::slice::from_ref(&pieces), horizon, 1 << 18);
    assert_eq!(outcome(i64::MAX).map_err(|(disorder, _, _)| disorder).unwrap_err(), Disorder::Memory);
    assert!(outcome(100).is_ok());
}

/// Whether an event can still come when later ones have been given out.
fn comes_late(event: Event, horizon: i64) -> Result<u64, Disorder> {
    let mut stream = Stream::new(1, horizon, 1 << 20);
    let all: Vec<Taken> = (0..3_000).map(|time| super::named(time, &format!("e{time}"))).collect();
    for piece in all.chunks(100) {
        stream.push(0, Batch::new(piece.to_vec()))?;
        stream.ready()?;
    }
    stream.push(0, Batch::new(vec![event.into()]))?;
    Ok(stream.copies())
}

#[test]
fn what_comes_late_is_left_out_only_where_it_is_known_to_be_a_copy() {
    let wide = 10_000;
    assert_eq!(comes_late(event(100, "e100", 0, 0), wide), Ok(1));
    assert_eq!(comes_late(event(101, "e100", 0, 7), wide), Ok(1), "a later copy, whatever it says");
    assert_eq!(comes_late(event(100, "e100", 0, -1), wide), Err(Disorder::Late), "of one time the least counts");
    assert_eq!(comes_late(event(99, "e100", 0, 0), wide), Err(Disorder::Late), "the earlier one counts");
    assert_eq!(comes_late(event(200, "e100", 0, 0), 99), Err(Disorder::Late), "beyond the horizon");
    assert_eq!(comes_late(event(100, "e100", 1, 0), wide), Err(Disorder::Late), "of another source");
    assert_eq!(comes_late(event(100, "", 0, 0), wide), Err(Disorder::Late), "without an id");
}
