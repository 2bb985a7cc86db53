//! Consumers: whom the house knows by tokens of somebody else's.

use super::*;

/// A peer with a token of the room that says that it is a consumer.
fn with_a_room_token() -> Meeting {
    let mut peer = Meeting::known("token=t&nodeId=a", "music");
    peer.entry();
    peer.says(CONSUMER);
    peer
}

fn admission(peer: &Meeting) -> Admission {
    match &peer.asked {
        Some((_, Effect::Admit(admission))) => admission.clone(),
        other => panic!("{other:?} instead of a wish to be admitted"),
    }
}

#[test]
fn without_a_token_one_can_be_a_consumer_and_nothing_else() {
    let mut peer = Meeting::new("room=music&nodeId=a");
    peer.says(NORMAL);
    peer.is_closed_with(4001, "Normal Client requires a room token");
    let mut consumer = Meeting::new("room=music&nodeId=c");
    consumer.says(CONSUMER);
    consumer.identified("ann");
    let (room, entry) = consumer.entry();
    assert_eq!(
        (room.as_str(), &*entry.id, entry.proof, entry.role),
        ("music", "c", Proof::Nothing, Role::Consumer)
    );
    consumer.says(NORMAL);
    consumer.is_closed_with(4001, "Normal Client requires a room token");
}

#[test]
fn a_refused_consumer_is_told_why_and_then_closed() {
    let mut bad = Meeting::new("room=music");
    bad.says(CONSUMER);
    bad.answers(Outcome::Identity(Err(INVALID)));
    assert_eq!(bad.heard, [told("invalid or expired consumer token")]);
    bad.is_closed_with(4003, "invalid consumer token");
    let mut missing = Meeting::new("room=music");
    missing.says(r#"{"type":"register","role":"consumer"}"#);
    assert_eq!(missing.heard, [told("missing consumer token")]);
    missing.is_closed_with(4003, "missing consumer token");
    let mut closed = Meeting::with(Rules::default(), "room=music");
    closed.says(CONSUMER);
    assert_eq!(closed.heard, [told("consumer authentication is not configured on this server")]);
    closed.is_closed_with(4003, "consumer auth not configured");
}

#[test]
fn the_first_word_decides_and_a_bad_token_in_a_later_one_is_still_bad() {
    let mut peer = Meeting::known("token=t&nodeId=a", "music");
    peer.entry();
    peer.says(NORMAL);
    peer.says(NORMAL);
    peer.says(CONSUMER);
    peer.answers(Outcome::Identity(Ok(Box::new(identity("ann")))));
    assert_eq!(peer.heard, ["is a peer"]);
    peer.says(CONSUMER);
    peer.answers(Outcome::Identity(Err(INVALID)));
    peer.is_closed_with(4003, "invalid consumer token");
}

#[test]
fn a_consumer_of_another_organisation_is_none_of_the_rooms() {
    let mut peer = Meeting::known("token=t&nodeId=a", "music");
    peer.entry();
    peer.says(CONSUMER);
    let foreign = Identity { organisation: OrganisationId::from_verified("other"), ..identity("ann") };
    peer.answers(Outcome::Identity(Ok(Box::new(foreign))));
    peer.is_closed_with(4003, "invalid consumer token");
}

#[test]
fn one_with_a_token_of_the_room_is_counted_and_known_by_the_consumers_token_as_well() {
    let mut peer = with_a_room_token();
    let credential = Credential { token: Some("c1".into()), ..Credential::default() };
    peer.answers(Outcome::Identity(Ok(Box::new(Identity {
        credential: credential.clone(),
        ..identity("ann")
    }))));
    let Admission { user, is_person, credential: known_by, .. } = admission(&peer);
    assert_eq!((user.as_str(), is_person, known_by), ("ann", true, credential));
    assert!(peer.heard.is_empty(), "it is nothing before");
    peer.answers(Outcome::Admitted(Ok(())));
    assert_eq!(peer.heard, ["is Consumer"]);
}

#[test]
fn whoever_is_blocked_or_has_too_many_connections_gets_in_by_no_token_of_the_room() {
    for (why, code, reason) in [
        (NotAdmitted::Full, 1008, "connection limit"),
        (NotAdmitted::Revoked(Cure::Nothing), 4003, "invalid consumer token"),
    ] {
        let mut peer = with_a_room_token();
        peer.answers(Outcome::Identity(Ok(Box::new(identity("mallory")))));
        peer.answers(Outcome::Admitted(Err(why)));
        peer.is_closed_with(code, reason);
    }
}

#[test]
fn a_connection_ends_with_the_first_of_its_tokens() {
    for (room, consumer) in [(30, 3_000), (3_000, 30), (30, 30)] {
        let rules =
            Rules { expired_close_delay: Some(Duration::ZERO), takes_consumers: true, ..Rules::default() };
        let until = |subject: &str, seconds| {
            let expires = Some(Expiry::Token(UnixSeconds(UNIX + seconds)));
            Outcome::Identity(Ok(Box::new(Identity { expires, ..identity(subject) })))
        };
        let mut peer = Meeting::with(rules, "token=t&nodeId=a");
        peer.answers(until("music", room));
        peer.answers(Outcome::Admitted(Ok(())));
        peer.entry();
        peer.says(CONSUMER);
        peer.answers(until("ann", consumer));
        peer.answers(Outcome::Admitted(Ok(())));
        peer.pass(Duration::from_secs(29));
        assert_eq!(peer.closed, None);
        peer.pass(Duration::from_secs(1));
        peer.is_closed_with(4003, "Invalid or expired token");
    }
}

#[test]
fn those_whom_their_tokens_do_not_name_are_not_counted_as_one_person() {
    let mut peer = with_a_room_token();
    peer.answers(Outcome::Identity(Ok(Box::new(identity("")))));
    assert!(!admission(&peer).is_person);
}

#[test]
fn a_consumers_token_may_be_for_some_rooms_alone() {
    let bound = |query: &str, rooms: &[&str]| {
        let mut peer = Meeting::new(query);
        if peer.asked.is_some() {
            peer.identified("music");
            peer.entry();
        }
        peer.says(CONSUMER);
        let rooms = Some(rooms.iter().map(|room| (*room).into()).collect());
        peer.answers(Outcome::Identity(Ok(Box::new(Identity { rooms, ..identity("ann") }))));
        peer
    };
    for query in ["room=music&nodeId=c", "token=t&nodeId=c"] {
        for rooms in [&["other"][..], &["Music", "musi"], &[]] {
            let mut peer = bound(query, rooms);
            assert_eq!(peer.heard.pop(), Some(told("the consumer token is not for this room")));
            peer.is_closed_with(4003, "Room does not match consumer token");
        }
        let rules = bound(query, &["other", "default", "music"]);
        assert_eq!(admission(&rules).user.as_str(), "ann");
    }
}

#[test]
fn a_consumers_token_may_be_for_one_id_alone() {
    let bound = |query: &str, id: &str| {
        let mut peer = Meeting::new(query);
        if peer.asked.is_some() {
            peer.identified("music");
        }
        if peer.asked.is_some() {
            peer.entry();
        }
        peer.says(CONSUMER);
        peer.answers(Outcome::Identity(Ok(Box::new(Identity {
            node_id: Some(id.into()),
            ..identity("ann")
        }))));
        peer
    };
    for query in ["room=music&nodeId=other", "token=t&nodeId=other"] {
        let mut peer = bound(query, "mine");
        assert_eq!(peer.heard.pop(), Some(told("the consumer token is for another nodeId")));
        peer.is_closed_with(4003, "nodeId does not match token");
    }
    for query in ["room=music&nodeId=mine", "room=music", "token=t"] {
        let mut peer = bound(query, "mine");
        peer.answers(Outcome::Admitted(Ok(())));
        let (_, entry) = peer.entry();
        assert_eq!((&*entry.id, entry.proof), ("mine", Proof::Id), "{query}");
    }
    let mut inside = bound("token=t&nodeId=mine", "mine");
    inside.answers(Outcome::Admitted(Ok(())));
    assert_eq!(inside.heard, ["is Consumer"]);
}

#[test]
fn whoever_answers_a_ping_while_the_house_does_not_listen_is_waited_for() {
    let rules = Rules {
        takes_consumers: true,
        ping_interval: Duration::from_secs(2),
        pong_timeout: Duration::from_secs(1),
        ..Rules::default()
    };
    let mut peer = Meeting::with(rules, "room=music");
    peer.says(CONSUMER);
    assert!(!peer.session.takes_messages(), "the keys of its realm are on their way");
    peer.pass(Duration::from_millis(3_500));
    assert_eq!((peer.heard.as_slice(), &peer.closed), (&["ping".to_owned()][..], &None));
    peer.identified("ann");
    peer.entry();
    peer.handle(Input::Pong);
    peer.pass(Duration::from_millis(1_400));
    assert_eq!(peer.closed, None);
    peer.pass(Duration::from_secs(2));
    peer.is_closed_with(1001, "no answer to a ping");
}
