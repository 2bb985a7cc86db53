//! Who is revoked is told, at whatever point of a connection's life it happens, and nobody else.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use vestibule_doors::contract::{
    Admission, Effect, Input, NotAdmitted, Notice, Order, Outcome, Output, Outputs, Subscribe, Ticket,
};
use vestibule_model::{
    ChannelKey, Close, Credential, Cure, Door, OrganisationId, Revocation, Revoked, UnixSeconds, UserId,
};

use super::house::{self, House, Peer};

fn organisation() -> OrganisationId {
    OrganisationId::from_verified("default")
}

fn credential(token: &str) -> Credential {
    Credential { token: Some(token.into()), session: Some("s".into()), issued: Some(UnixSeconds(50)) }
}

fn admission(user: &str, credential: Credential) -> Output {
    let admission = Admission {
        organisation: organisation(),
        user: UserId::new(user),
        is_person: true,
        exclusive: false,
        credential,
    };
    Output::Perform(Ticket(1), Effect::Admit(admission))
}

/// A connection of that user that says what it hears, and ends when its token is revoked. "renew" gives it the token
/// `new`.
fn open(house: &mut House, user: &'static str, token: &'static str) -> Peer {
    let say = |outputs: &mut Outputs, text: String| outputs.push(Output::Send(text.into()));
    house.open(move |input, outputs| match input {
        Input::Message(b"come in") => outputs.push(admission(user, credential(token))),
        Input::Message(b"come in again") => outputs.push(admission("another", credential("second"))),
        Input::Message(b"renew") => outputs.push(Output::Renew(Box::new(credential("new")))),
        Input::Outcome(_, Outcome::Admitted(Ok(()))) => say(outputs, "admitted".into()),
        Input::Outcome(_, Outcome::Admitted(Err(why))) => say(outputs, format!("{why:?}")),
        Input::Notice(Notice::Order(Order::Revoke(cure))) => {
            let code = if cure == Cure::FreshToken { 3005 } else { 3500 };
            outputs.push(Output::Close(Close::new(code, "revoked")));
        }
        other => panic!("{other:?}"),
    })
}

fn enter(house: &mut House, user: &'static str, token: &'static str) -> Peer {
    let peer = open(house, user, token);
    house.say(&peer, "come in");
    house.settle();
    peer
}

/// What [`vestibule::steward::Records`] does when somebody is revoked, but for the store.
fn revoke(house: &House, what: Revoked) {
    let until = UnixSeconds(house.now.unix.0 + 1_000);
    let revocation = Arc::new(Revocation { organisation: organisation(), what, until });
    house.steward.records().revocations().add(Arc::clone(&revocation));
    house.inboxes.revoke(&revocation);
}

#[test]
fn every_kind_of_revocation_ends_those_whom_it_concerns_and_nobody_else() {
    let ann = UserId::new("ann");
    let kinds = [
        (Revoked::Token("t".into()), "close 3005", [true, false, false]),
        (Revoked::Session("s".into()), "close 3500", [true, true, true]),
        (Revoked::UserBefore(ann.clone(), UnixSeconds(50)), "close 3005", [true, true, false]),
        (Revoked::UserBefore(ann.clone(), UnixSeconds(49)), "", [false, false, false]),
        (Revoked::User(ann), "close 3500", [true, true, false]),
        (Revoked::OrganisationBefore(UnixSeconds(50)), "close 3005", [true, true, true]),
        (Revoked::Organisation, "close 3500", [true, true, true]),
    ];
    for (what, goodbye, concerned) in kinds {
        let mut house = House::new();
        let peers = [("ann", "t"), ("ann", "u"), ("bob", "v")];
        let peers = peers.map(|(user, token)| enter(&mut house, user, token));
        revoke(&house, what.clone());
        house.settle();
        for (peer, concerned) in peers.iter().zip(concerned) {
            let heard: &[&str] = if concerned { &["admitted", goodbye] } else { &["admitted"] };
            assert_eq!(peer.heard(), heard, "{what:?}");
        }
        let count = concerned.into_iter().filter(|concerned| *concerned).count();
        assert_eq!(house.counters.revoked.get(), count as u64, "{what:?}");
    }
}

#[test]
fn a_connection_that_has_shown_two_tokens_ends_with_either_of_them() {
    for what in [
        Revoked::User(UserId::new("ann")),
        Revoked::User(UserId::new("another")),
        Revoked::Token("t".into()),
        Revoked::Token("second".into()),
        Revoked::Organisation,
    ] {
        let mut house = House::new();
        let peer = enter(&mut house, "ann", "t");
        house.say(&peer, "come in again");
        house.settle();
        revoke(&house, Revoked::User(UserId::new("bob")));
        house.settle();
        assert_eq!(peer.heard(), ["admitted", "admitted"], "{what:?}");
        revoke(&house, what.clone());
        house.settle();
        assert_eq!(peer.heard().len(), 3, "{what:?}");
        assert_eq!(house.counters.revoked.get(), 1, "{what:?}");
    }
}

#[test]
fn a_token_that_is_revoked_between_its_verification_and_its_admission_is_not_admitted() {
    let mut house = House::new();
    let peer = open(&mut house, "ann", "t");
    revoke(&house, Revoked::User(UserId::new("ann")));
    house.settle();
    house.say(&peer, "come in");
    house.settle();
    let why = NotAdmitted::Revoked(Cure::Nothing);
    assert_eq!(peer.heard(), [format!("{why:?}")]);
}

#[test]
fn a_token_that_is_revoked_while_its_admission_is_on_its_way_is_found_all_the_same() {
    let mut house = House::new();
    let peer = open(&mut house, "ann", "t");
    // Admitted, but the session has not been told; then the revocation comes.
    house.say(&peer, "come in");
    revoke(&house, Revoked::Token("t".into()));
    house.settle();
    assert_eq!(peer.heard(), ["admitted", "close 3005"]);
}

#[test]
fn a_connection_that_goes_on_with_a_new_token_is_known_by_that_one() {
    let mut house = House::new();
    let peer = enter(&mut house, "ann", "old");
    house.say(&peer, "renew");
    revoke(&house, Revoked::Token("old".into()));
    house.settle();
    assert_eq!(peer.heard(), ["admitted"]);
    revoke(&house, Revoked::Token("new".into()));
    house.settle();
    assert_eq!(peer.heard(), ["admitted", "close 3005"]);
}

#[test]
fn a_connection_cannot_go_on_with_a_token_that_was_revoked_since_it_was_verified() {
    let mut house = House::new();
    let peer = enter(&mut house, "ann", "old");
    revoke(&house, Revoked::Token("new".into()));
    house.settle();
    assert_eq!(peer.heard(), ["admitted"]);
    house.say(&peer, "renew");
    house.settle();
    assert_eq!(peer.heard(), ["admitted", "close 3005"]);
}

/// A connection of ann's with the token `t`. "subscribe" subscribes it with a token to `a` and without one to `b`,
/// "renew" gives `a` the token `new`.
fn subscriber(house: &mut House) -> Peer {
    let peer = house.open(move |input, outputs| match input {
        Input::Message(b"come in") => outputs.push(admission("ann", credential("t"))),
        Input::Message(b"subscribe") => {
            outputs.push(subscription("a", Some(Box::new(granting("sub", 50)))));
            outputs.push(subscription("b", None));
        }
        Input::Message(b"renew") => {
            outputs.push(Output::Regrant(channel("a"), Box::new(granting("new", 70))));
        }
        Input::Outcome(..) => {}
        Input::Notice(Notice::Revoked(channel, cure)) => {
            outputs.push(Output::Send(format!("{} {cure:?}", channel.name()).into()));
            outputs.push(Output::Unsubscribe(channel));
        }
        Input::Notice(Notice::Order(Order::Revoke(_))) => {
            outputs.push(Output::Close(Close::new(3500, "revoked")))
        }
        other => panic!("{other:?}"),
    });
    house.say(&peer, "come in");
    house.settle();
    peer
}

fn granting(token: &str, issued: i64) -> Credential {
    Credential { token: Some(token.into()), session: Some("other".into()), issued: Some(UnixSeconds(issued)) }
}

fn channel(name: &str) -> ChannelKey {
    ChannelKey::new(&organisation(), Door::Centrifuge, name)
}

fn subscription(name: &str, grant: Option<Box<Credential>>) -> Output {
    let Output::Perform(_, Effect::Subscribe(wish)) = house::wish(&channel(name), None) else {
        unreachable!()
    };
    Output::Perform(Ticket(2), Effect::Subscribe(Subscribe { grant, ..wish }))
}

#[test]
fn every_kind_of_revocation_ends_the_subscriptions_whose_tokens_it_concerns_and_no_others() {
    let ann = UserId::new("ann");
    for (what, heard) in [
        (Revoked::Token("sub".into()), "a FreshToken"),
        (Revoked::Session("other".into()), "a NewLogin"),
        (Revoked::User(ann), "close 3500"),
        (Revoked::Organisation, "close 3500"),
        (Revoked::Token("new".into()), ""),
        (Revoked::UserBefore(UserId::new("bob"), UnixSeconds(50)), ""),
    ] {
        let mut house = House::new();
        let peer = subscriber(&mut house);
        house.say(&peer, "subscribe");
        house.settle();
        revoke(&house, what.clone());
        house.settle();
        let heard: Vec<_> = Some(heard).into_iter().filter(|heard| !heard.is_empty()).collect();
        assert_eq!(peer.heard(), heard, "{what:?}");
    }
}

#[test]
fn an_old_subscription_token_ends_where_the_connections_own_is_newer() {
    let mut house = House::new();
    let peer = house.open(move |input, outputs| match input {
        Input::Message(b"come in") => {
            outputs.push(admission("ann", Credential { issued: Some(UnixSeconds(60)), ..credential("t") }));
            outputs.push(subscription("a", Some(Box::new(granting("sub", 50)))));
        }
        Input::Notice(Notice::Revoked(channel, cure)) => {
            outputs.push(Output::Send(format!("{} {cure:?}", channel.name()).into()));
        }
        Input::Outcome(..) => {}
        other => panic!("{other:?}"),
    });
    house.say(&peer, "come in");
    house.settle();
    revoke(&house, Revoked::UserBefore(UserId::new("ann"), UnixSeconds(55)));
    house.settle();
    assert_eq!(peer.heard(), ["a FreshToken"]);
}

#[test]
fn a_subscription_that_goes_on_with_a_new_token_is_known_by_that_one_until_it_ends() {
    let mut house = House::new();
    let peer = subscriber(&mut house);
    house.say(&peer, "subscribe");
    house.say(&peer, "renew");
    house.settle();
    revoke(&house, Revoked::Token("sub".into()));
    house.settle();
    assert_eq!(peer.heard(), [""; 0]);
    revoke(&house, Revoked::Token("new".into()));
    house.settle();
    assert_eq!(peer.heard(), ["a FreshToken"]);
    revoke(&house, Revoked::Session("other".into()));
    house.settle();
    assert_eq!(peer.heard(), ["a FreshToken"], "what has ended is forgotten");
}

#[test]
fn a_subscription_token_that_was_revoked_since_it_was_verified_is_found_when_it_is_used() {
    for (token, said) in [("sub", ["subscribe", ""]), ("new", ["subscribe", "renew"])] {
        let mut house = House::new();
        let peer = subscriber(&mut house);
        revoke(&house, Revoked::Token(token.into()));
        house.settle();
        for word in said.into_iter().filter(|word| !word.is_empty()) {
            assert_eq!(peer.heard(), [""; 0]);
            house.say(&peer, word);
            house.settle();
        }
        assert_eq!(peer.heard(), ["a FreshToken"]);
    }
}

#[test]
fn of_several_revocations_the_one_that_no_token_heals_decides_the_goodbye() {
    let mut house = House::new();
    let peer = enter(&mut house, "ann", "t");
    revoke(&house, Revoked::Token("t".into()));
    revoke(&house, Revoked::User(UserId::new("ann")));
    house.settle();
    assert_eq!(peer.heard(), ["admitted", "close 3500"]);
}

#[test]
fn a_revocation_that_was_taken_back_before_anybody_was_told_ends_nobody() {
    let mut house = House::new();
    let peer = enter(&mut house, "ann", "t");
    revoke(&house, Revoked::User(UserId::new("ann")));
    house.steward.records().revocations().remove(&organisation(), &Revoked::User(UserId::new("ann")));
    house.settle();
    assert_eq!(peer.heard(), ["admitted"]);
}

#[test]
fn a_whole_organisation_is_told_in_stretches_between_which_others_have_their_turn() {
    let mut house = House::new();
    let crowd: Vec<_> = (0..1_200).map(|_| enter(&mut house, "ann", "t")).collect();
    let closed = |crowd: &[Peer]| crowd.iter().filter(|peer| peer.heard().len() > 1).count();
    revoke(&house, Revoked::Organisation);
    let seen = Rc::new(RefCell::new(Vec::new()));
    loop {
        let mut mails = house.mails();
        if mails.is_empty() {
            break;
        }
        house.worker.read_mail(&mut mails, house.now);
        while house.worker.flush(usize::MAX, house.now) {}
        seen.borrow_mut().push(closed(&crowd));
    }
    assert_eq!(*seen.borrow(), [500, 1_000, 1_200]);
}
