//! The end of a connection's token.

use std::time::Duration;

use vestibule_model::Identity;

use super::pair::{Setup, identity, lasts};

fn quiet() -> Setup {
    Setup::new().rules(|rules| rules.client.ping_interval = Duration::ZERO)
}

#[test]
fn a_connection_ends_after_its_token_and_the_delay() {
    let mut pair = quiet().connected_as(Identity { expires: lasts(60), ..identity() });
    pair.pass(Duration::from_millis(84_999));
    pair.is_silent();
    pair.pass(Duration::from_millis(1));
    pair.closes(3005);
}

#[test]
fn the_delay_is_the_operators() {
    let delay = |rules: &mut crate::centrifuge::rules::Rules| {
        rules.client.expired_close_delay = Duration::from_secs(1)
    };
    let mut pair = quiet().rules(delay).connected_as(Identity { expires: lasts(60), ..identity() });
    pair.pass_secs(61);
    pair.closes(3005);
}

#[test]
fn the_session_sleeps_until_then() {
    let pair = quiet().connected_as(Identity { expires: lasts(60), ..identity() });
    assert_eq!(pair.sleeps_for(), Duration::from_secs(85));
}

#[test]
fn a_token_without_an_end_never_ends() {
    let mut pair = quiet().connected();
    pair.pass_secs(100_000_000);
    pair.is_silent();
}
