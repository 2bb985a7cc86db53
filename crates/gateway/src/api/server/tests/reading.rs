//! `presence`, `presence_stats`, `history`, `history_remove`, `channels` and `info`.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use vestibule_broker::Broker;
use vestibule_model::{ChannelKey, ClientId, ClientInfo, Door, OrganisationId, UserId};

use super::*;
use crate::api::under_test::{House, idle};
use crate::clock::Clock;
use crate::worker::{Counts, Question, Survey};

/// A house with three publications in `kept:a`, of which the second has labels and the third is no JSON.
async fn with_history() -> House {
    let house = House::new();
    for rest in [r#""data":{"n": 1}"#, r#""data":2,"tags":{"z":"1","a":"2"}"#, r#""b64data":"/w==""#] {
        house.call("publish", &format!(r#"{{"channel":"kept:a",{rest}}}"#)).await;
    }
    house
}

async fn history(house: &House, rest: &str) -> String {
    house.call("history", &format!(r#"{{"channel":"kept:a"{rest}}}"#)).await.good()
}

const ONE: &str = r#"{"data":{"n": 1},"offset":1}"#;
const TWO: &str = r#"{"data":2,"offset":2,"tags":{"a":"2","z":"1"}}"#;
const THREE: &str = r#"{"b64data":"/w==","offset":3}"#;

fn page(publications: &[&str], offset: u64) -> String {
    let publications = publications.join(",");
    format!(r#"{{"result":{{"publications":[{publications}],"epoch":"E","offset":{offset}}}}}"#)
}

#[tokio::test]
async fn history_without_a_limit_is_the_position_alone() {
    assert_eq!(history(&with_history().await, "").await, page(&[], 3));
}

#[tokio::test]
async fn history_comes_in_either_order_from_either_end() {
    let house = with_history().await;
    assert_eq!(history(&house, r#","limit":-1"#).await, page(&[ONE, TWO, THREE], 3));
    assert_eq!(history(&house, r#","limit":2"#).await, page(&[ONE, TWO], 3));
    assert_eq!(history(&house, r#","limit":2,"reverse":true"#).await, page(&[THREE, TWO], 3));
    assert_eq!(history(&house, r#","limit":9,"since":{"offset":1}"#).await, page(&[TWO, THREE], 3));
    let before = r#","limit":9,"since":{"offset":3},"reverse":true"#;
    assert_eq!(history(&house, before).await, page(&[TWO, ONE], 3));
}

#[tokio::test]
async fn an_untouched_channel_has_a_position() {
    assert_eq!(history(&House::new(), r#","limit":1"#).await, page(&[], 0));
}

#[tokio::test]
async fn nothing_can_come_before_the_first_publication() {
    let answer = history(&House::new(), r#","since":{"offset":0},"reverse":true"#).await;
    assert_eq!(answer, r#"{"error":{"code":107,"message":"nothing comes before offset 0"}}"#);
}

#[tokio::test]
async fn a_removed_history_keeps_its_position() {
    let house = with_history().await;
    assert_eq!(house.call("history_remove", r#"{"channel":"kept:a"}"#).await.good(), NOTHING);
    assert_eq!(history(&house, r#","limit":-1"#).await, page(&[], 3));
}

#[tokio::test]
async fn what_a_channel_does_not_keep_is_not_available() {
    let house = House::new();
    for method in ["presence", "presence_stats", "history", "history_remove"] {
        assert_eq!(house.call(method, r#"{"channel":"c"}"#).await.good(), NOT_AVAILABLE, "{method}");
        assert_eq!(house.call(method, "{}").await.good(), BAD_REQUEST, "{method}");
        assert_eq!(house.call(method, r#"{"channel":"nope:a"}"#).await.good(), UNKNOWN_CHANNEL, "{method}");
    }
}

#[tokio::test]
async fn presence_is_empty_until_somebody_comes() {
    let house = House::new();
    let body = r#"{"channel":"kept:a"}"#;
    assert_eq!(house.call("presence", body).await.good(), r#"{"result":{"presence":{}}}"#);
    let stats = r#"{"result":{"num_clients":0,"num_users":0}}"#;
    assert_eq!(house.call("presence_stats", body).await.good(), stats);
}

#[tokio::test]
async fn presence_names_clients_with_what_others_may_see_of_them() {
    let house = House::new();
    let key = ChannelKey::new(&OrganisationId::from_verified("default"), Door::Centrifuge, "kept:a");
    for (last, connection, channel) in [(1, Some("{\"n\":1}"), None), (2, None, Some("[]"))] {
        let mut bits = [0; 16];
        bits[15] = last;
        let info = Arc::new(ClientInfo {
            user: UserId::new("42"),
            client: ClientId::from_random(bits),
            connection: connection.map(Into::into),
            channel: channel.map(Into::into),
        });
        house.steward.broker().enter(&key, &info, Clock::start().now()).await.unwrap();
    }
    let one = r#"{"user":"42","client":"00000000-0000-4000-8000-000000000001","conn_info":{"n":1}}"#;
    let two = r#"{"user":"42","client":"00000000-0000-4000-8000-000000000002","chan_info":[]}"#;
    let expected = format!(
        r#"{{"result":{{"presence":{{"00000000-0000-4000-8000-000000000001":{one},"00000000-0000-4000-8000-000000000002":{two}}}}}}}"#
    );
    let body = r#"{"channel":"kept:a"}"#;
    assert_eq!(house.call("presence", body).await.good(), expected);
    let stats = r#"{"result":{"num_clients":2,"num_users":1}}"#;
    assert_eq!(house.call("presence_stats", body).await.good(), stats);
}

/// Worker 0 has a user in `a:1` and `b`, worker 1 has the same user and another in `a:1`.
fn busy(index: usize, question: &Question) -> Option<Survey> {
    let names = |names: &[&str]| names.iter().map(|name| Box::from(*name)).collect();
    Some(match (question, index) {
        (Question::Here, _) => Survey::Here,
        (Question::Channels(_), 0) => Survey::Channels(HashMap::from([("a:1".into(), 1), ("b".into(), 1)])),
        (Question::Channels(_), _) => Survey::Channels(HashMap::from([("a:1".into(), 2)])),
        (Question::Counts(_), 0) => Survey::Counts(Counts {
            clients: 1,
            users: names(&["x"]),
            channels: names(&["a:1", "b"]),
            subscriptions: 2,
        }),
        (Question::Counts(_), _) => Survey::Counts(Counts {
            clients: 2,
            users: names(&["x", "y"]),
            channels: names(&["a:1"]),
            subscriptions: 2,
        }),
    })
}

#[tokio::test]
async fn channels_are_added_up_over_the_workers() {
    let mut house = House::new();
    house.staff(busy);
    let all = r#"{"result":{"channels":{"a:1":{"num_clients":3},"b":{"num_clients":1}}}}"#;
    assert_eq!(house.call("channels", "{}").await.good(), all);
    let some = r#"{"result":{"channels":{"a:1":{"num_clients":3}}}}"#;
    for pattern in ["a*", "a:?", "{a,c}:*"] {
        let body = format!(r#"{{"pattern":"{pattern}"}}"#);
        assert_eq!(house.call("channels", &body).await.good(), some, "{pattern}");
    }
    let none = r#"{"result":{"channels":{}}}"#;
    assert_eq!(house.call("channels", r#"{"pattern":"c*"}"#).await.good(), none);
}

#[tokio::test]
async fn a_pattern_that_is_not_a_glob_is_a_bad_request() {
    let mut house = House::new();
    house.staff(idle);
    let expected = r#"{"error":{"code":107,"message":"the pattern is not a glob"}}"#;
    assert_eq!(house.call("channels", r#"{"pattern":"["}"#).await.good(), expected);
}

#[tokio::test]
async fn info_counts_a_user_and_a_channel_once() {
    let mut house = House::new();
    house.staff(busy);
    let info: Value = serde_json::from_str(&house.call("info", "{}").await.good()).unwrap();
    let node = &info["result"]["nodes"][0];
    assert_eq!(node["name"], "the-node");
    assert_eq!(node["uid"].as_str().map(str::len), Some(36));
    assert!(node["version"].as_str().unwrap().ends_with(" Vestibule"));
    for (name, count) in [("num_clients", 3), ("num_users", 2), ("num_channels", 2), ("num_subs", 4)] {
        assert_eq!(node[name], count, "{name}");
    }
    assert_eq!(node["uptime"], node["metrics"]["interval"]);
    assert_eq!(node["metrics"]["items"]["vestibule.deliveries"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_does_not_answer_is_an_internal_error() {
    let mut house = House::new();
    house.staff(|index, question| if index == 0 { idle(index, question) } else { None });
    let expected = r#"{"error":{"code":100,"message":"internal server error"}}"#;
    assert_eq!(house.call("info", "{}").await.good(), expected);
    assert_eq!(house.call("channels", "{}").await.good(), expected);
}
