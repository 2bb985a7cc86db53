//! What clients are told about their tokens, in the codes of their realm.

use std::time::Duration;

use vestibule_model::{Cure, Identity, Profile};

use super::pair::{Pair, Setup, identity, lasts};
use crate::contract::{NotAdmitted, Order, Outcome, Refusal};

fn cadenza() -> Identity {
    Identity { profile: Profile::Cadenza, ..identity() }
}

fn connects() -> Pair {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair
}

#[test]
fn what_is_no_token_is_answered_and_then_closed() {
    let mut pair = connects();
    pair.refuses_token_with(Refusal::Malformed, Profile::Cadenza);
    pair.receives(r#"{"id":1,"error":{"code":100,"message":"invalid token format"}}"#);
    pair.closes(3500);
}

#[test]
fn no_token_is_final() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{}}"#);
    pair.asks_who_bears(None);
    pair.refuses_token_with(Refusal::Missing, Profile::Cadenza);
    pair.closes(3500);
}

#[test]
fn an_expired_token_is_answered_with_109_so_that_clients_fetch_another() {
    let mut pair = connects();
    pair.refuses_token_with(Refusal::Expired, Profile::Cadenza);
    pair.receives(r#"{"id":1,"error":{"code":109,"message":"token expired"}}"#);
}

#[test]
fn a_connection_that_is_not_refreshed_ends_with_3500_after_the_grace() {
    let quiet = Setup::new().rules(|rules| rules.client.ping_interval = Duration::ZERO);
    let mut pair = quiet.connected_as(Identity { expires: lasts(60), ..cadenza() });
    pair.pass_secs(84);
    pair.is_silent();
    pair.pass_secs(1);
    pair.closes(3500);
}

#[test]
fn a_revoked_token_ends_the_connection_and_a_fresh_one_may_heal_it() {
    for (profile, cure, code) in [
        (Profile::Centrifugo, Cure::FreshToken, 3005),
        (Profile::Centrifugo, Cure::NewLogin, 3500),
        (Profile::Centrifugo, Cure::Nothing, 3500),
        (Profile::Cadenza, Cure::FreshToken, 3500),
        (Profile::Cadenza, Cure::NewLogin, 3500),
        (Profile::Cadenza, Cure::Nothing, 3500),
    ] {
        let mut pair = Setup::new().connected_as(Identity { profile, ..identity() });
        pair.orders(Order::Revoke(cure));
        pair.closes(code);
    }
}

#[test]
fn a_token_that_is_revoked_before_its_connection_is_counted_is_refused_as_at_the_door() {
    for cure in [Cure::FreshToken, Cure::NewLogin, Cure::Nothing] {
        let mut pair = connects();
        pair.identifies(identity());
        pair.asks_to_admit();
        let revoked = NotAdmitted::Revoked(cure);
        pair.answers(Outcome::Admitted(Err(revoked)));
        if cure == Cure::FreshToken {
            pair.receives(r#"{"id":1,"error":{"code":109,"message":"token expired"}}"#);
        } else {
            pair.closes(3500);
        }
    }
}

#[test]
fn a_revocation_on_the_way_in_makes_the_client_come_back_and_hear_why() {
    let mut pair = connects();
    pair.orders(Order::Revoke(Cure::Nothing));
    pair.closes(3011);
}
