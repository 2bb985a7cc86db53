//! Positions, and what was missed.

use super::pair::{CLIENTS, Pair, Setup, at, not_recovered, position, recovered};
use crate::contract::{Fault, Following, Recover, RecoveryMode};
use vestibule_model::{Epoch, Position};

fn recoverable() -> Setup {
    Setup::new().channel(|rules| rules.force_recovery = true)
}

fn cached() -> Setup {
    recoverable().channel(|rules| rules.force_recovery_mode = RecoveryMode::Cache)
}

#[track_caller]
fn follows(pair: &mut Pair, request: &str) -> Option<Following> {
    pair.sends(&format!(r#"{{"id":2,"subscribe":{{"channel":"a"{request}}}}}"#));
    pair.asks_to_subscribe("a").following
}

#[track_caller]
fn recovers(pair: &mut Pair, request: &str) -> Option<Recover> {
    follows(pair, request).unwrap().recover
}

#[test]
fn a_positioned_subscription_is_told_the_streams_top() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.channel(|rules| rules.force_positioning = true).connected();
        let following = follows(&mut pair, "").unwrap();
        assert_eq!(following.recover, None);
        pair.subscribes_at(7);
        pair.receives(r#"{"id":2,"subscribe":{"epoch":"abcd","offset":7,"positioned":true}}"#);
        pair.releases("a");
    }
}

#[test]
fn a_recoverable_subscription_is_positioned_too() {
    for setup in [recoverable(), recoverable().protobuf()] {
        let mut pair = setup.connected();
        follows(&mut pair, "").unwrap();
        pair.subscribes_at(0);
        pair.receives(r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","positioned":true}}"#);
        pair.releases("a");
    }
}

#[test]
fn a_wish_for_a_position_is_granted_where_it_is_allowed() {
    let wish = r#","positioned":true"#;
    assert!(follows(&mut Setup::new().connected(), wish).is_none());
    assert!(follows(&mut Setup::new().channel(|r| r.allow_positioning = true).connected(), wish).is_some());
}

#[test]
fn a_wish_to_recover_later_is_granted_where_it_is_allowed() {
    let wish = r#","recoverable":true"#;
    assert!(follows(&mut Setup::new().connected(), wish).is_none());
    let mut pair = Setup::new().channel(|rules| rules.allow_recovery = true).connected();
    assert!(follows(&mut pair, wish).is_some());
    pair.subscribes_at(1);
    pair.receives(r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","offset":1,"positioned":true}}"#);
    pair.releases("a");
}

#[test]
fn whoever_may_read_the_history_may_follow_it() {
    let readers = || Setup::new().channel(|rules| rules.allow_history = CLIENTS);
    assert!(follows(&mut readers().connected(), r#","recoverable":true"#).is_some());
    assert!(follows(&mut readers().connected(), r#","positioned":true"#).is_some());
    let insecure = Setup::new().rules(|rules| rules.client.insecure = true);
    assert!(follows(&mut insecure.connected(), r#","recoverable":true"#).is_some());
}

#[test]
fn a_subscriber_counts_as_one_while_he_subscribes() {
    let setup = Setup::new().channel(|rules| rules.allow_history = super::pair::SUBSCRIBERS);
    assert!(follows(&mut setup.connected(), r#","positioned":true"#).is_some());
}

#[test]
fn a_client_that_comes_back_recovers_from_its_position() {
    let wish = recovers(&mut recoverable().connected(), r#","recover":true,"offset":3,"epoch":"abcd""#);
    let since = position(3);
    assert_eq!(wish, Some(Recover { since, mode: RecoveryMode::Stream, limit: 300, strict: false }));
}

#[test]
fn what_was_missed_is_in_the_reply_and_the_offset_is_the_clients_own() {
    for setup in [recoverable(), recoverable().protobuf()] {
        let mut pair = setup.connected();
        recovers(&mut pair, r#","recover":true,"offset":3,"epoch":"abcd""#);
        pair.answers(recovered(5, &[4, 5]));
        pair.receives(
            r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","publications":[{"data":4,"offset":4},{"data":5,"offset":5}],"recovered":true,"offset":3,"positioned":true,"was_recovering":true}}"#,
        );
        pair.releases("a");
    }
}

#[test]
fn nothing_missed_is_recovered_too() {
    let mut pair = recoverable().connected();
    recovers(&mut pair, r#","recover":true"#);
    pair.answers(recovered(0, &[]));
    pair.receives(
        r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","recovered":true,"positioned":true,"was_recovering":true}}"#,
    );
    pair.releases("a");
}

#[test]
fn what_cannot_be_recovered_starts_at_the_top() {
    let mut pair = recoverable().connected();
    recovers(&mut pair, r#","recover":true,"offset":3,"epoch":"old""#);
    pair.answers(not_recovered(9));
    pair.receives(
        r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","offset":9,"positioned":true,"was_recovering":true}}"#,
    );
    pair.releases("a");
}

#[test]
fn a_client_that_would_rather_have_an_error_gets_112() {
    for setup in [recoverable(), recoverable().protobuf()] {
        let mut pair = setup.connected();
        let wish = recovers(&mut pair, r#","recover":true,"offset":3,"epoch":"abcd","flag":3"#);
        assert!(wish.is_some_and(|wish| wish.strict));
        pair.fails_to_subscribe(Fault::Unrecoverable);
        pair.receives(r#"{"id":2,"error":{"code":112,"message":"unrecoverable position"}}"#);
        pair.is_silent();
    }
}

#[test]
fn a_recovery_where_there_is_none_is_told_to_the_client() {
    let mut pair = Setup::new().connected();
    assert!(follows(&mut pair, r#","recover":true,"offset":3,"epoch":"abcd""#).is_none());
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{"was_recovering":true}}"#);
    pair.releases("a");
}

#[test]
fn a_position_alone_does_not_recover() {
    let mut pair = Setup::new().channel(|rules| rules.force_positioning = true).connected();
    assert_eq!(recovers(&mut pair, r#","recover":true,"offset":3,"epoch":"abcd""#), None);
    pair.answers(at(9));
    pair.receives(
        r#"{"id":2,"subscribe":{"epoch":"abcd","offset":9,"positioned":true,"was_recovering":true}}"#,
    );
    pair.releases("a");
}

#[test]
fn a_cache_gives_the_latest_publication() {
    let mut pair = cached().connected();
    let wish = recovers(&mut pair, r#","recover":true,"offset":3,"epoch":"old""#);
    assert_eq!(wish.map(|wish| wish.mode), Some(RecoveryMode::Cache));
    pair.answers(recovered(9, &[9]));
    pair.receives(
        r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","publications":[{"data":9,"offset":9}],"recovered":true,"offset":3,"positioned":true,"was_recovering":true}}"#,
    );
    pair.releases("a");
}

#[test]
fn a_cache_is_never_strict() {
    let wish = recovers(&mut cached().connected(), r#","recover":true,"flag":2"#);
    assert!(wish.is_some_and(|wish| !wish.strict));
}

#[test]
fn a_cache_can_be_given_without_being_asked_for() {
    let mut pair = cached().channel(|rules| rules.auto_cache_recover = true).connected();
    let since = Position { offset: 0, epoch: Epoch::new("") };
    let wish = recovers(&mut pair, "");
    assert_eq!(wish, Some(Recover { since, mode: RecoveryMode::Cache, limit: 300, strict: false }));
    pair.answers(recovered(9, &[9]));
    pair.receives(
        r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","publications":[{"data":9,"offset":9}],"recovered":true,"positioned":true,"was_recovering":true}}"#,
    );
    pair.releases("a");
}

#[test]
fn in_stream_mode_nothing_is_given_without_being_asked_for() {
    let mut pair = recoverable().channel(|rules| rules.auto_cache_recover = true).connected();
    assert_eq!(recovers(&mut pair, ""), None);
}

#[test]
fn no_recovery_brings_more_than_the_operator_allows() {
    let mut pair = recoverable().rules(|rules| rules.client.recovery_max_publication_limit = 5).connected();
    assert_eq!(recovers(&mut pair, r#","recover":true"#).map(|wish| wish.limit), Some(5));
}

#[test]
fn a_json_client_that_would_recover_what_is_not_json_is_closed_with_3506() {
    let mut pair = recoverable().connected();
    recovers(&mut pair, r#","recover":true"#);
    let mut outcome = recovered(1, &[1]);
    if let crate::contract::Outcome::Subscribed(Ok(subscribed)) = &mut outcome {
        let bytes = bytes::Bytes::from_static(b"\xff");
        let publication = vestibule_model::Publication { data: bytes, ..Default::default() };
        subscribed.recovery.as_mut().unwrap().publications = vec![publication.into()];
    }
    pair.answers(outcome);
    pair.closes(3506);
}

#[test]
fn a_client_that_has_missed_something_is_unsubscribed_so_that_it_recovers() {
    for setup in [recoverable(), recoverable().protobuf()] {
        let mut pair = setup.connected();
        follows(&mut pair, "");
        pair.subscribes_at(0);
        pair.receives(r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","positioned":true}}"#);
        pair.releases("a");
        pair.loses("a");
        pair.unsubscribes("a");
        pair.receives(
            r#"{"push":{"channel":"a","unsubscribe":{"code":2500,"reason":"insufficient state"}}}"#,
        );
        pair.loses("a");
        pair.is_silent();
    }
}

#[test]
fn what_is_lost_while_the_subscription_is_made_is_told_after_the_reply() {
    let mut pair = recoverable().connected();
    follows(&mut pair, "");
    pair.loses("a");
    pair.is_silent();
    pair.subscribes_at(0);
    pair.receives(r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","positioned":true}}"#);
    pair.releases("a");
    pair.unsubscribes("a");
    pair.receives(r#"{"push":{"channel":"a","unsubscribe":{"code":2500,"reason":"insufficient state"}}}"#);
}
