//! Keys with thousands of events: what a run costs must not run away.

use super::*;

/// Sign-ins of one token, one a second, each from an address of its own; every third one failed.
fn events(layout: &Layout, count: i64) -> Vec<Event> {
    let source = CATALOG.rank("entra.signin").unwrap();
    let event = |number: i64| {
        let ip: IpAddr = std::net::Ipv4Addr::from_bits(0x0A00_0000 + u32::try_from(number).unwrap()).into();
        let values = layout.values(source, |slot| match slot.field.as_str() {
            "token" => Value::text("T"),
            "ip" => Value::Ip(ip),
            "result" => Value::text(if number % 3 == 0 { "failure" } else { "success" }),
            other => panic!("no values for {other}"),
        });
        Event { time: START + number * 1_000_000, event_id: Value::text(&format!("e{number:05}")), source, values }
    };
    (0..count).map(event).collect()
}

/// How many matches a rule has among so many events. The figures are such that trying all combinations would take years.
fn found(clauses: &str, count: i64) -> usize {
    let plans = plans(&format!("rule r {{ title \"T\" severity low {clauses} }}"));
    let layout = Layout::new(&plans, &CATALOG);
    run(&plans, &layout, &events(&layout, count)).0.len()
}

fn sequence(steps: &str) -> String {
    format!("sequence by token within 1d {{ {steps} }}")
}

#[test]
fn every_event_of_a_busy_key_may_complete_a_chain() {
    let steps = "a: entra.signin b: entra.signin where ip != a.ip c: entra.signin where ip != b.ip d: entra.signin where ip != a.ip";
    assert_eq!(found(&sequence(steps), 2000), 1997);
}

#[test]
fn a_first_step_that_never_fits_the_last_one_is_not_tried_with_every_other() {
    let steps = "a: entra.signin b: entra.signin where ip != a.ip c: entra.signin where ip != b.ip d: entra.signin where ip == a.ip";
    assert_eq!(found(&sequence(steps), 600), 0);
}

#[test]
fn a_dead_end_is_one_for_all_later_events() {
    let steps = "a: entra.signin b: entra.signin where ip == a.ip c: entra.signin where ip != b.ip d: entra.signin where ip != c.ip";
    assert_eq!(found(&sequence(steps), 600), 0);
}

#[test]
fn absences_and_unless_look_at_their_interval_only() {
    let steps = "a: entra.signin where result != success b: entra.signin where result == success and ip != a.ip
        no entra.signin where ip == a.ip between a and b no entra.signin where result != success within 1s after b";
    let unless = "unless entra.signin where ip == this.ip within 1h around
        unless entra.signin where time > this.time within 1s before";
    // Every third event, and the last one, which nothing follows.
    assert_eq!(found(&format!("{}\n{unless}", sequence(steps)), 1500), 501);
}
