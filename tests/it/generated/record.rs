//! Events and expectations in files: what is left of a difference when it has been shrunk.

use serde_json::{Value as Json, json};

use crate::world::Happening;

/// An event as a fixture has it.
pub fn to_json(event: &Happening) -> Json {
    json!({
        "source": event.source, "second": event.second, "ticks": event.ticks, "more": event.more, "hard": event.hard, "id": event.id, "token": event.token, "session": event.session,
        "user": event.user, "ip": event.ip, "country": event.country, "asn": event.asn, "code": event.code,
        "device": event.device, "app": event.app, "uri": event.uri, "agent": event.agent, "arrived": event.arrived,
    })
}

/// An event of a fixture.
pub fn from_json(json: &Json) -> Happening {
    // Events hold texts that live as long as the program.
    let text = |name: &str| -> &'static str { json[name].as_str().unwrap().to_owned().leak() };
    let number = |name: &str| json[name].as_i64().unwrap();
    Happening {
        source: text("source"),
        second: number("second"),
        ticks: json["ticks"].as_i64().unwrap_or(0),
        id: text("id").to_owned(),
        token: text("token"),
        session: text("session"),
        user: text("user"),
        ip: text("ip"),
        country: text("country"),
        asn: number("asn"),
        code: number("code"),
        device: text("device"),
        app: text("app"),
        uri: text("uri"),
        agent: text("agent"),
        arrived: number("arrived"),
        more: json["more"].as_u64(),
        hard: json["hard"].as_bool().unwrap_or_default(),
    }
}

#[test]
fn events_survive_a_file() {
    use crate::world::{ALL_SOURCES, happenings, hard};
    for event in happenings(3, 40, &ALL_SOURCES).into_iter().chain(hard(3, 40, &ALL_SOURCES)) {
        let back = from_json(&to_json(&event));
        assert_eq!(back.raw(), event.raw());
        assert_eq!(back.row(), event.row());
    }
}
