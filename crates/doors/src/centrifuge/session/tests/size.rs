//! A million idle connections are the plan.

use std::mem::size_of;
use std::sync::Arc;

use super::pair::{Pair, Setup, to};
use crate::centrifuge::session::open::Open;
use crate::centrifuge::session::{Session, State};
use crate::contract::Order;

fn open(pair: &Pair) -> &Open {
    match &pair.session().state {
        State::Open(open) => open,
        other => unreachable!("not open but {other:?}"),
    }
}

#[test]
fn a_session_is_small() {
    assert!(size_of::<Session>() <= Session::MAX_SIZE, "{} bytes", size_of::<Session>());
}

#[test]
fn an_idle_session_keeps_no_memory_of_what_is_over() {
    let mut pair = Setup::new().connected();
    pair.joins("a");
    pair.orders(Order::Subscribe { subscription: to("b"), since: None, expires: None });
    pair.asks_to_subscribe("b");
    pair.subscribes();
    pair.receives_count(1);
    pair.releases("b");
    assert!(open(&pair).is_free());
    assert_eq!(open(&pair).ordered.capacity(), 0);
    assert_eq!(open(&pair).subscriptions.capacity(), 2, "what is kept fits what is there");
    pair.sends(
        "{\"id\":3,\"unsubscribe\":{\"channel\":\"a\"}}\n{\"id\":4,\"unsubscribe\":{\"channel\":\"b\"}}",
    );
    pair.unsubscribes("a");
    pair.unsubscribes("b");
    pair.receives_count(2);
    assert_eq!(open(&pair).subscriptions.capacity(), 0);
}

#[test]
fn subscriptions_share_what_others_see_of_the_connection() {
    let mut pair = Setup::new().connected();
    pair.joins("a");
    pair.joins("b");
    let who = &open(&pair).who;
    assert!(open(&pair).subscriptions.iter().all(|subscription| Arc::ptr_eq(&subscription.info, who)));
}
