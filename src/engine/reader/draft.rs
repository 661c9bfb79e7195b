//! The event of one record, of which only those values are read that someone asks for.

use std::collections::BTreeMap;

use super::convert::Wrong;
use super::extract::{Extractor, Record};
use super::geo::GeoLookup;
use super::intern::Interner;
use super::program::Reading;
use super::tally::WrongValue;
use crate::engine::dispatch::{EVENT_ID, Lazy};
use crate::engine::event::Event;
use crate::value::Value;

/// What drafts are written on, one after the other.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    event: Event,
    /// The places that have been read.
    read: Vec<u16>,
    is_read: Vec<bool>,
}

impl Sheet {
    /// Clears it for an event with so many values.
    fn clear(&mut self, time: i64, source: u16, values: usize) {
        for place in self.read.drain(..) {
            self.is_read[usize::from(place)] = false;
            self.event.values[usize::from(place)] = Value::Missing;
        }
        if self.is_read.len() < values {
            self.is_read.resize(values, false);
            self.event.values = vec![Value::Missing; values].into();
        }
        (self.event.time, self.event.source, self.event.event_id) = (time, source, Value::Missing);
    }
}

/// An event that is being read.
pub(super) struct Draft<'a, 'd> {
    pub(super) record: Record<'a>,
    pub(super) reading: &'a Reading,
    pub(super) interner: &'a mut Interner,
    pub(super) geo: &'a mut Option<GeoLookup<'d>>,
    pub(super) sheet: &'a mut Sheet,
    pub(super) wrong_types: &'a mut BTreeMap<(usize, WrongValue), u64>,
    /// The source in catalogue order.
    pub(super) source: usize,
}

impl Draft<'_, '_> {
    /// Starts with nothing but the time and the place of the source among those by name.
    pub(super) fn begin(&mut self, time: i64, rank: u16) {
        self.sheet.clear(time, rank, self.reading.slots.len());
    }

    /// The event with the values at these places; what else has been read is left behind.
    pub(super) fn into_event(mut self, places: &[u16]) -> Event {
        self.with(places);
        self.read_id();
        let mut values: Box<[Value]> = vec![Value::Missing; self.reading.slots.len()].into();
        for place in places {
            let place = usize::from(*place);
            values[place] = std::mem::take(&mut self.sheet.event.values[place]);
        }
        let event = &mut self.sheet.event;
        Event { time: event.time, event_id: std::mem::take(&mut event.event_id), source: event.source, values }
    }

    /// The event with all of its values.
    pub(super) fn into_whole(self) -> Event {
        let places: Vec<u16> = (0..).take(self.reading.slots.len()).collect();
        self.into_event(&places)
    }

    fn read_id(&mut self) {
        if self.sheet.event.event_id.is_missing() {
            let id = self.reading.event_id.as_ref();
            // One of the wrong type has been counted with those that are not there.
            let id = id.and_then(|id| id.value(&self.record, self.interner).ok());
            self.sheet.event.event_id = id.unwrap_or_default();
        }
    }

    fn read(&mut self, place: u16) {
        let (slot, extractor) = &self.reading.slots[usize::from(place)];
        if matches!(extractor, Extractor::LookUp(_)) && self.record.ip.is_none() {
            let ip = self.reading.ip.as_ref().map(|ip| ip.value(&self.record, self.interner));
            self.record.ip = ip.and_then(Result::ok).and_then(|ip| ip.as_ip());
        }
        let value = extractor.value(&self.record, self.interner, self.geo);
        self.sheet.event.values[usize::from(place)] = value.unwrap_or_else(|Wrong| {
            *self.wrong_types.entry((self.source, WrongValue::Slot(*slot))).or_default() += 1;
            Value::Missing
        });
        self.sheet.is_read[usize::from(place)] = true;
        self.sheet.read.push(place);
    }
}

impl Lazy for Draft<'_, '_> {
    fn with(&mut self, places: &[u16]) -> &Event {
        for place in places {
            if *place == EVENT_ID {
                self.read_id();
            } else if !self.sheet.is_read[usize::from(*place)] {
                self.read(*place);
            }
        }
        &self.sheet.event
    }
}
