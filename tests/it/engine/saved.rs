//! A run that is cut, saved and taken up again finds what it would have found without.

use super::*;

/// The matches of a session over events, saved after so many of them and taken up by a fresh one.
fn cut(plans: &[Plan], layout: &Layout, events: &[Event], shards: usize, cuts: &[usize]) -> (Vec<Match>, Vec<u64>) {
    let dispatch = Dispatch::new(plans, layout);
    let (mut session, mut matches) = (Session::with_shards(plans, layout, shards), Vec::new());
    for (place, event) in events.iter().enumerate() {
        if cuts.contains(&place) {
            let mut bytes = vec![7];
            session.save(&mut bytes).unwrap();
            session = Session::with_shards(plans, layout, shards);
            let mut rest = &bytes[1..];
            session.restore(&mut rest).unwrap();
            assert!(rest.is_empty());
        }
        if let Some(taken) = dispatch.take(event.clone()) {
            session.apply_all(&[taken], &mut |found| matches.push(found));
        }
    }
    session.finish(&mut |found| matches.push(found));
    (matches, session.events_without_key())
}

/// Every rule over these events, wherever it is cut.
fn goes_on(text: &str, drafts: &[Draft], cuts: &[usize]) -> Result<(), TestCaseError> {
    let plans = plans(text);
    let layout = Layout::new(&plans, &CATALOG);
    let events = without_copies(drafts.iter().map(|draft| event(draft, &layout, &CATALOG)).collect());
    let expected = cut(&plans, &layout, &events, 1, &[]);
    for shards in [1, 3] {
        prop_assert_eq!(&cut(&plans, &layout, &events, shards, cuts), &expected, "{}", text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_run_that_was_saved_goes_on_as_if_it_had_not_stopped(
        seed in any::<u64>(),
        drafts in drafts(),
        cuts in prop::collection::vec(0_usize..28, 1..4),
    ) {
        goes_on(&rule(seed), &drafts, &cuts)?;
        goes_on(&several(seed), &drafts, &cuts)?;
        goes_on(&prevalent(seed), &over_days(drafts), &cuts)?;
    }
}

#[test]
fn state_of_other_rules_or_another_number_of_shards_is_told_apart() {
    let [one, other] = ["2", "3"].map(|n| {
        plans(&format!(
            "rule r {{ title \"T\" severity low from entra.signin by token within 1h when count() >= {n} }}"
        ))
    });
    let layout = Layout::new(&one, &CATALOG);
    assert_eq!(fingerprint(&one, &layout), fingerprint(&one.clone(), &layout));
    assert_ne!(fingerprint(&one, &layout), fingerprint(&other, &layout));
    let mut bytes = Vec::new();
    Session::with_shards(&one, &layout, 2).save(&mut bytes).unwrap();
    assert!(Session::with_shards(&one, &layout, 3).restore(&mut bytes.as_slice()).is_err());
    assert!(Session::with_shards(&one, &layout, 2).restore(&mut &bytes[..bytes.len() - 1]).is_err());
    Session::with_shards(&one, &layout, 2).restore(&mut bytes.as_slice()).unwrap();
}

/// Sign-ins, each of a token and from an address of its own, at a steady rate.
fn steady(layout: &Layout, number: i64, every: i64) -> Event {
    let source = CATALOG.rank("entra.signin").unwrap();
    let ip: IpAddr = std::net::Ipv4Addr::from_bits(0x0A00_0000 + u32::try_from(number).unwrap()).into();
    let values = layout.slots.iter().map(|slot| match slot.field.as_str() {
        "token" => Value::text(&format!("T{number:06}")),
        "user_id" => Value::text("U"),
        "ip" => Value::Ip(ip),
        "result" => Value::text(if number % 3 == 0 { "failure" } else { "success" }),
        "token_issued" => Value::Time(START),
        other => panic!("no values for {other}"),
    });
    let values = values.collect();
    Event { time: START + number * every, event_id: Value::text(&format!("e{number:06}")), source, values }
}

/// The most bytes that the state of a rule takes over the first and over the last of these spans of events.
fn sizes(clauses: &str, every: i64, spans: [std::ops::Range<i64>; 2]) -> [usize; 2] {
    let plans = plans(&format!("rule r {{ title \"T\" severity low {clauses} }}"));
    let layout = Layout::new(&plans, &CATALOG);
    let (dispatch, mut session, mut most) = (Dispatch::new(&plans, &layout), Session::new(&plans, &layout), [0, 0]);
    for number in 0..spans[1].end {
        let taken: Vec<Taken> = dispatch.take(steady(&layout, number, every)).into_iter().collect();
        session.apply_all(&taken, &mut |_| ());
        for (most, span) in most.iter_mut().zip(&spans) {
            if number % 250 == 0 && span.contains(&number) {
                let mut bytes = Vec::new();
                session.save(&mut bytes).unwrap();
                *most = bytes.len().max(*most);
            }
        }
    }
    most
}

#[test]
fn what_is_remembered_is_as_much_after_a_long_time_as_after_a_short_one() {
    let second = 1_000_000;
    let rules = [
        ("from entra.signin by token within 5m when count() >= 2", second),
        (
            "from entra.signin by user_id within 5m when distinct(ip) >= 1000 show ips = values(ip), first = first(token)",
            second,
        ),
        (
            "from entra.signin by user_id within 5m when ratio(result == failure) > 0.9 and span() > 1m and sum(time - token_issued) < 0s",
            second,
        ),
        (
            "from entra.signin by user_id within 5m when hops(token) > 400 or max(time - token_issued) < 0s or last(ip) == \"192.0.2.1\"",
            second,
        ),
        ("from entra.signin by user_id per 5m when count() >= 1000 show addresses = distinct(ip)", second),
        ("from entra.signin by token within 5m when count() > mean(count(), 1m, 5m) + 10", second),
        ("from entra.signin by token consecutive within 5m where this.ip != prev.ip", second),
        ("sequence by token within 5m { a: entra.signin b: entra.signin where ip != a.ip }", second),
        (
            "sequence by user_id within 5m { a: entra.signin where result != success b: entra.signin where ip != a.ip
            c: entra.signin where ip != b.ip no entra.signin where token == a.token within 1m after c }",
            second,
        ),
        ("from entra.signin by token first seen (ip) within 5m", second),
        ("from entra.signin first seen (ip, token) within 5m learning 1m", second),
        (
            "from entra.signin by token within 5m when count() >= 1 unless entra.signin where ip == this.ip within 5m around",
            second,
        ),
        ("from entra.signin by user_id within 5m when prevalence(result, token, 1d) > 2.0", 120 * second),
    ];
    for (clauses, every) in rules {
        let [early, late] = sizes(clauses, every, [5000..9000, 11_000..15_000]);
        assert!(late * 10 <= early * 13, "{early} bytes, later {late}: {clauses}");
    }
}
