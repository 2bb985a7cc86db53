//! From a query to a member of a room.

use super::*;

#[test]
fn a_peer_with_a_token_enters_the_room_of_its_subject_and_is_what_it_says() {
    let mut peer = Meeting::known("token=t&room=music&nodeId=a", "music");
    let (room, entry) = peer.entry();
    assert_eq!(
        (room.as_str(), &*entry.id, entry.proof, entry.role),
        ("music", "a", Proof::Room, Role::Pending)
    );
    peer.says(OFFER);
    assert!(peer.heard.is_empty(), "it has not said what it is");
    peer.says(NORMAL);
    peer.says(OFFER);
    assert_eq!(peer.heard, ["is a peer", "to b"]);
}

#[test]
fn an_id_is_the_querys_or_what_the_peer_says_or_its_subject_or_a_fresh_one() {
    let mut said = Meeting::known("token=t", "music");
    said.says(NORMAL);
    assert_eq!(&*said.entry().1.id, "said");
    let mut silent = Meeting::known("token=t", "music");
    silent.says(r#"{"type":"register"}"#);
    assert_eq!(&*silent.entry().1.id, "music");
    let open = Rules { authenticates: false, ..Rules::default() };
    let mut nobody = Meeting::with(open, "room=r");
    nobody.identified("");
    nobody.says(r#"{"type":"register"}"#);
    assert_eq!(*nobody.entry().1.id, ClientId::from_random([7; 16]).to_string());
    let mut empty = Meeting::known("token=t&nodeId=", "music");
    assert_eq!(&*empty.entry().1.id, "", "an empty id is taken literally");
}

#[test]
fn a_token_may_be_for_one_id_alone() {
    let bound = |query: &str| {
        let mut peer = Meeting::new(query);
        let identity = Identity { node_id: Some("mine".into()), ..identity("music") };
        peer.answers(Outcome::Identity(Ok(Box::new(identity))));
        if peer.asked.is_some() {
            peer.answers(Outcome::Admitted(Ok(())));
        }
        peer
    };
    for query in ["token=t", "token=t&nodeId=mine"] {
        let (_, entry) = bound(query).entry();
        assert_eq!((&*entry.id, entry.proof), ("mine", Proof::Id), "whatever it says in a message");
    }
    bound("token=t&nodeId=other").is_closed_with(4003, "nodeId does not match token");
}

#[test]
fn who_names_no_room_is_in_the_shared_one_or_in_that_of_its_subject() {
    let mut shared = Meeting::known("token=t&nodeId=a", "label");
    assert_eq!(shared.entry().0, "default");
    let rules = Rules { roomless: Roomless::Subject, ..Rules::default() };
    let mut own = Meeting::with(rules, "token=t&nodeId=a");
    own.identified("label");
    assert_eq!(own.entry().0, "label");
    let open = Rules { authenticates: false, ..Rules::default() };
    let mut nobody = Meeting::with(open, "nodeId=a");
    nobody.identified("");
    assert_eq!(nobody.entry().0, "default");
}

#[test]
fn bad_tokens_and_rooms_of_others_are_refused_before_anything_is_sent() {
    let mut bad = Meeting::new("token=t&room=music");
    bad.answers(Outcome::Identity(Err(INVALID)));
    bad.is_closed_with(4003, "Invalid or expired token");
    assert!(bad.heard.is_empty());
    for query in ["token=t&room=other", "token=t&room="] {
        Meeting::known(query, "music").is_closed_with(4003, "Room does not match token subject");
    }
    Meeting::new("").is_closed_with(4001, "Missing room");
    Meeting::new("room=&nodeId=a").is_closed_with(4001, "Missing room");
    let mut later = Meeting::new("token=t");
    later.answers(Outcome::Identity(Err(Refused { refusal: Refusal::Unavailable, ..INVALID })));
    later.is_closed_with(1013, "try again later");
}

#[test]
fn an_id_of_another_a_full_room_and_a_full_house_are_told_apart() {
    for (why, code, reason) in [
        (NotEntered::IdTaken, 4409, "nodeId already in use"),
        (NotEntered::RoomFull, 1013, "room is full"),
        (NotEntered::NoMoreRooms, 1013, "try again later"),
    ] {
        let mut peer = Meeting::known("token=t&nodeId=a", "music");
        peer.answers(Outcome::Entered(Err(why)));
        peer.is_closed_with(code, reason);
    }
    let mut full = Meeting::new("token=t");
    full.answers(Outcome::Identity(Ok(Box::new(identity("music")))));
    full.answers(Outcome::Admitted(Err(NotAdmitted::Full)));
    full.is_closed_with(1008, "connection limit");
}

#[test]
fn names_have_a_bound() {
    let long = "x".repeat(257);
    Meeting::new(&format!("token=t&nodeId={long}")).is_closed_with(1008, "nodeId or room is too long");
    Meeting::new(&format!("token=t&room={long}")).is_closed_with(1008, "nodeId or room is too long");
    let mut peer = Meeting::known("token=t", "music");
    peer.says(&format!(r#"{{"type":"register","nodeId":"{long}"}}"#));
    peer.is_closed_with(1008, "nodeId or room is too long");
}
