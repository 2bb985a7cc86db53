//! What comes by itself.

use super::*;

#[test]
fn a_silent_peer_counts_as_one_after_the_grace_and_a_stranger_is_closed() {
    let mut silent = Meeting::known("token=t&nodeId=a", "music");
    silent.entry();
    silent.pass(Duration::from_millis(499));
    assert!(silent.heard.is_empty());
    silent.pass(Duration::from_millis(1));
    assert_eq!(silent.heard, ["is Provisional"]);
    silent.pass(Duration::from_secs(20));
    assert_eq!(silent.closed, None);
    silent.says(NORMAL);
    assert_eq!(silent.heard, ["is Provisional", "is a peer"]);
    let mut stranger = Meeting::new("room=music");
    stranger.pass(Duration::from_secs(10));
    stranger.is_closed_with(4002, "registration timeout");
}

#[test]
fn whoever_says_too_late_what_its_id_is_puts_nobody_out_and_keeps_the_name_that_others_know() {
    let mut late = Meeting::known("token=t", "music");
    late.pass(Duration::from_millis(500));
    let (_, entry) = late.entry();
    let spare = ClientId::from_random([7; 16]).to_string();
    assert_eq!((&*entry.id, entry.otherwise.as_deref()), ("music", Some(spare.as_str())));
    late.says(NORMAL);
    assert_eq!(late.heard, ["is a peer"]);
    let mut in_time = Meeting::known("token=t", "music");
    in_time.says(NORMAL);
    let (_, entry) = in_time.entry();
    assert_eq!((&*entry.id, entry.otherwise), ("said", None), "its own choice");
}

#[test]
fn without_a_grace_a_silent_peer_is_closed_too() {
    let rules = Rules { register_grace: None, ..Rules::default() };
    let mut silent = Meeting::with(rules, "token=t&nodeId=a");
    silent.identified("music");
    silent.entry();
    silent.pass(Duration::from_secs(10));
    silent.is_closed_with(4002, "registration timeout");
}

#[test]
fn a_peer_that_answers_no_ping_is_gone_and_one_that_says_anything_is_not() {
    let mut peer = Meeting::known("token=t&nodeId=a", "music");
    peer.entry();
    peer.says(NORMAL);
    peer.pass(Duration::from_secs(25));
    assert_eq!(peer.heard.last().map(String::as_str), Some("ping"));
    peer.handle(Input::Pong);
    peer.pass(Duration::from_secs(25));
    peer.says(OFFER);
    peer.pass(Duration::from_secs(24));
    assert_eq!(peer.closed, None);
    peer.pass(Duration::from_secs(12));
    peer.is_closed_with(1001, "no answer to a ping");
}

#[test]
fn a_session_outlives_its_token_unless_the_operator_wants_otherwise_and_never_its_revocation() {
    let expiring = |rules| {
        let mut peer = Meeting::with(rules, "token=t&nodeId=a");
        let expires = Some(Expiry::Token(UnixSeconds(UNIX + 30)));
        peer.answers(Outcome::Identity(Ok(Box::new(Identity { expires, ..identity("music") }))));
        peer.answers(Outcome::Admitted(Ok(())));
        peer.entry();
        peer.says(NORMAL);
        for _ in 0..6 {
            peer.pass(Duration::from_secs(10));
            peer.handle(Input::Pong);
        }
        peer
    };
    let mut stays = expiring(Rules::default());
    assert_eq!(stays.closed, None);
    stays.orders(Order::Revoke(Cure::FreshToken));
    stays.is_closed_with(4003, "Invalid or expired token");
    let rules = Rules { expired_close_delay: Some(Duration::from_secs(5)), ..Rules::default() };
    expiring(rules).is_closed_with(4003, "Invalid or expired token");
}

#[test]
fn who_sends_too_fast_waits_at_its_own_end_and_loses_nothing() {
    let rules = Rules { messages_per_second: std::num::NonZeroU32::new(10), ..Rules::default() };
    let mut peer = Meeting::with(rules, "token=t&nodeId=a");
    peer.identified("music");
    peer.entry();
    peer.says(NORMAL);
    let mut sent = 0;
    while peer.session.takes_messages() {
        peer.says(OFFER);
        sent += 1;
    }
    assert_eq!(sent, 49, "five seconds' worth at once");
    peer.pass(Duration::from_millis(100));
    assert!(peer.session.takes_messages());
}
