//! `presence`, `presence_stats` and `history`.

use std::time::Duration;

use vestibule_model::{Epoch, HistoryPage, Position, PresenceStats};

use super::pair::{CLIENTS, Pair, SUBSCRIBERS, Setup, position, publication, somebody};
use crate::contract::{Fault, Outcome};

fn present() -> Setup {
    Setup::new().channel(|rules| {
        rules.presence = true;
        rules.allow_presence = CLIENTS;
    })
}

fn kept() -> Setup {
    Setup::new().channel(|rules| {
        rules.history_size = 10;
        rules.history_ttl = Duration::from_secs(60);
        rules.allow_history = CLIENTS;
    })
}

#[track_caller]
fn is_refused(pair: &mut Pair, command: &str, error: &str) {
    pair.sends(command);
    pair.receives(&format!(r#"{{"id":3,"error":{{{error}}}}}"#));
    pair.is_silent();
}

#[test]
fn who_is_there_is_told_by_connection() {
    for setup in [present(), present().protobuf()] {
        let mut pair = setup.connected();
        pair.sends(r#"{"id":3,"presence":{"channel":"a"}}"#);
        pair.asks_who_is_in("a");
        pair.answers(Outcome::Presence(Ok(vec![somebody()])));
        pair.receives(
            r#"{"id":3,"presence":{"presence":{"02020202-0202-4202-8202-020202020202":{"user":"7","client":"02020202-0202-4202-8202-020202020202"}}}}"#,
        );
    }
}

#[test]
fn how_many_are_there_is_told() {
    for setup in [present(), present().protobuf()] {
        let mut pair = setup.connected();
        pair.sends(r#"{"id":3,"presence_stats":{"channel":"a"}}"#);
        pair.asks_who_is_in("a");
        pair.answers(Outcome::PresenceStats(Ok(PresenceStats { clients: 2, users: 1 })));
        pair.receives(r#"{"id":3,"presence_stats":{"num_clients":2,"num_users":1}}"#);
    }
}

#[test]
fn presence_that_is_off_is_not_available_whoever_asks() {
    let mut pair = Setup::new().connected();
    is_refused(
        &mut pair,
        r#"{"id":3,"presence":{"channel":"a"}}"#,
        r#""code":108,"message":"not available""#,
    );
    is_refused(
        &mut pair,
        r#"{"id":3,"presence_stats":{"channel":"a"}}"#,
        r#""code":108,"message":"not available""#,
    );
}

#[test]
fn presence_needs_permission() {
    let mut pair = present().channel(|rules| rules.allow_presence = SUBSCRIBERS).connected();
    is_refused(
        &mut pair,
        r#"{"id":3,"presence":{"channel":"a"}}"#,
        r#""code":103,"message":"permission denied""#,
    );
    pair.joins("a");
    pair.sends(r#"{"id":3,"presence":{"channel":"a"}}"#);
    pair.asks_who_is_in("a");
}

#[test]
fn in_an_insecure_house_everyone_sees_and_reads_what_is_kept() {
    let insecure = |setup: Setup| setup.rules(|rules| rules.client.insecure = true);
    let mut pair = insecure(Setup::new().channel(|rules| rules.presence = true)).connected();
    pair.sends(r#"{"id":3,"presence":{"channel":"a"}}"#);
    pair.asks_who_is_in("a");
    let mut pair = insecure(Setup::new()).connected();
    is_refused(
        &mut pair,
        r#"{"id":3,"presence":{"channel":"a"}}"#,
        r#""code":108,"message":"not available""#,
    );
    is_refused(&mut pair, r#"{"id":3,"history":{"channel":"a"}}"#, r#""code":108,"message":"not available""#);
}

#[test]
fn unknown_channels_have_neither_presence_nor_history() {
    let mut pair = present().connected();
    for command in ["presence", "presence_stats", "history"] {
        let command = format!(r#"{{"id":3,"{command}":{{"channel":"what:a"}}}}"#);
        is_refused(&mut pair, &command, r#""code":102,"message":"unknown channel""#);
    }
}

#[test]
fn history_is_told_with_the_streams_top() {
    for setup in [kept(), kept().protobuf()] {
        let mut pair = setup.connected();
        pair.sends(r#"{"id":3,"history":{"channel":"a","limit":2}}"#);
        let query = pair.asks_for_history("a");
        assert_eq!((query.since, query.limit, query.reverse), (None, Some(2), false));
        let publications = vec![publication(7), publication(8)];
        pair.answers(Outcome::History(Ok(HistoryPage { publications, top: position(8) })));
        pair.receives(
            r#"{"id":3,"history":{"publications":[{"data":7,"offset":7},{"data":8,"offset":8}],"epoch":"abcd","offset":8}}"#,
        );
    }
}

#[test]
fn history_without_a_limit_asks_for_the_position_alone() {
    let mut pair = kept().connected();
    pair.sends(r#"{"id":3,"history":{"channel":"a"}}"#);
    assert_eq!(pair.asks_for_history("a").limit, Some(0));
    pair.answers(Outcome::History(Ok(HistoryPage { publications: vec![], top: position(0) })));
    pair.receives(r#"{"id":3,"history":{"publications":[],"epoch":"abcd","offset":0}}"#);
}

#[test]
fn history_is_bounded_whatever_is_asked_for() {
    let mut pair = kept().connected();
    for wanted in ["-1", "301"] {
        pair.sends(&format!(r#"{{"id":3,"history":{{"channel":"a","limit":{wanted}}}}}"#));
        assert_eq!(pair.asks_for_history("a").limit, Some(300));
        pair.answers(Outcome::History(Err(Fault::Unavailable)));
        pair.receives(r#"{"id":3,"error":{"code":100,"message":"internal server error","temporary":true}}"#);
    }
}

#[test]
fn history_is_read_from_a_position_forwards_or_backwards() {
    let mut pair = kept().connected();
    pair.sends(
        r#"{"id":3,"history":{"channel":"a","limit":5,"since":{"offset":4,"epoch":"abcd"},"reverse":true}}"#,
    );
    let query = pair.asks_for_history("a");
    assert_eq!((query.since, query.reverse), (Some(position(4)), true));
}

#[test]
fn a_position_without_an_epoch_is_taken_as_it_is() {
    let mut pair = kept().connected();
    pair.sends(r#"{"id":3,"history":{"channel":"a","since":{"offset":4}}}"#);
    assert_eq!(pair.asks_for_history("a").since, Some(Position { offset: 4, epoch: Epoch::new("") }));
}

#[test]
fn a_position_of_another_epoch_is_unrecoverable() {
    let mut pair = kept().connected();
    pair.sends(r#"{"id":3,"history":{"channel":"a","since":{"offset":4,"epoch":"old"}}}"#);
    pair.asks_for_history("a");
    pair.answers(Outcome::History(Err(Fault::Unrecoverable)));
    pair.receives(r#"{"id":3,"error":{"code":112,"message":"unrecoverable position"}}"#);
}

#[test]
fn nothing_lies_before_the_beginning() {
    let mut pair = kept().connected();
    let before = r#"{"id":3,"history":{"channel":"a","since":{"offset":0},"reverse":true}}"#;
    is_refused(&mut pair, before, r#""code":107,"message":"bad request""#);
    pair.sends(r#"{"id":3,"history":{"channel":"a","since":{"offset":0}}}"#);
    assert_eq!(
        pair.asks_for_history("a").since.map(|since| since.offset),
        Some(0),
        "but everything after it"
    );
}

#[test]
fn history_that_is_off_is_not_available_before_it_is_denied() {
    let history = r#"{"id":3,"history":{"channel":"a"}}"#;
    is_refused(&mut Setup::new().connected(), history, r#""code":108,"message":"not available""#);
    let mut pair = kept().channel(|rules| rules.allow_history = SUBSCRIBERS).connected();
    is_refused(&mut pair, history, r#""code":103,"message":"permission denied""#);
    pair.joins("a");
    pair.sends(history);
    pair.asks_for_history("a");
}
