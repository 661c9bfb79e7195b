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
