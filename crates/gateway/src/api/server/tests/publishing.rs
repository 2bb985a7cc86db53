//! `publish` and `broadcast`.

use vestibule_broker::{Broker, WorkerId};
use vestibule_model::{ChannelEvent, ChannelKey, Door, OrganisationId};

use super::*;
use crate::api::under_test::House;

#[tokio::test]
async fn without_history_there_is_no_place_to_name() {
    let house = House::new();
    assert_eq!(house.call("publish", r#"{"channel":"c","data":{"a":1}}"#).await.good(), NOTHING);
    let skipping = r#"{"channel":"kept:a","data":1,"skip_history":true}"#;
    assert_eq!(house.call("publish", skipping).await.good(), NOTHING);
}

#[tokio::test]
async fn with_history_the_answer_names_the_place() {
    let house = House::new();
    for offset in 1..=2 {
        let answered = house.call("publish", r#"{"channel":"kept:a","data":null}"#).await;
        assert_eq!(answered.good(), format!(r#"{{"result":{{"offset":{offset},"epoch":"E"}}}}"#));
    }
}

#[tokio::test]
async fn what_is_missing_or_unreadable_is_a_bad_request() {
    let house = House::new();
    for body in [
        r#"{"channel":"c"}"#,
        r#"{"data":1}"#,
        r#"{"channel":"","data":1}"#,
        r#"{"channel":null,"data":1}"#,
        r#"{"channel":"c","b64data":"!!"}"#,
    ] {
        assert_eq!(house.call("publish", body).await.good(), BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn a_channel_needs_a_configured_namespace_and_may_be_called_anything() {
    let house = House::new();
    assert_eq!(house.call("publish", r#"{"channel":"nope:a","data":1}"#).await.good(), UNKNOWN_CHANNEL);
    assert_eq!(house.call("publish", r#"{"channel":"né","data":1}"#).await.good(), NOTHING);
}

#[tokio::test]
async fn the_same_key_publishes_once() {
    let house = House::new();
    let body = r#"{"channel":"kept:a","data":1,"idempotency_key":"k"}"#;
    let (first, second) = (house.call("publish", body).await, house.call("publish", body).await);
    assert_eq!(first.body, second.body);
    let page = house.call("history", r#"{"channel":"kept:a","limit":10}"#).await.good();
    assert_eq!(page, r#"{"result":{"publications":[{"data":1,"offset":1}],"epoch":"E","offset":1}}"#);
}

#[tokio::test]
async fn an_old_version_is_not_published_but_in_another_version_epoch_it_is() {
    let house = House::new();
    let offset = |rest: &'static str| {
        let body = format!(r#"{{"channel":"kept:a","data":1{rest}}}"#);
        let house = &house;
        async move { house.call("publish", &body).await.good() }
    };
    assert_eq!(offset(r#","version":2"#).await, r#"{"result":{"offset":1,"epoch":"E"}}"#);
    assert_eq!(offset(r#","version":1"#).await, r#"{"result":{"offset":1,"epoch":"E"}}"#);
    let other = r#","version":1,"version_epoch":"b","delta":true"#;
    assert_eq!(offset(other).await, r#"{"result":{"offset":2,"epoch":"E"}}"#);
}

#[tokio::test]
async fn subscribers_of_the_default_organisation_get_the_data_as_it_was_written() {
    let mut house = House::new();
    let key = ChannelKey::new(&OrganisationId::from_verified("default"), Door::Centrifuge, "c");
    for worker in [0, 1] {
        house.steward.broker().subscribe(WorkerId(worker), &key).await.unwrap();
    }
    house.call("publish", r#"{"channel":"c","data":{"b" : 2, "a":1.0},"tags":{"t":"1"}}"#).await;
    for deliveries in house.deliveries() {
        let [delivery] = &deliveries[..] else { panic!("one delivery for each worker") };
        let ChannelEvent::Publication(publication) = &delivery.event else { panic!("nobody joined") };
        assert_eq!(publication.data, r#"{"b" : 2, "a":1.0}"#);
        assert_eq!(publication.tags.as_ref().unwrap()["t"].as_ref(), "1");
        assert_eq!((&publication.info, &publication.position), (&None, &None));
    }
}

#[tokio::test]
async fn a_broadcast_has_an_answer_for_each_channel() {
    let body = r#"{"channels":["c","kept:a","nope:a",""],"data":1}"#;
    let expected = r#"{"result":{"responses":[{"result":{}},{"result":{"offset":1,"epoch":"E"}},{"error":{"code":102,"message":"unknown channel"}},{"error":{"code":107,"message":"bad request"}}]}}"#;
    assert_eq!(House::new().call("broadcast", body).await.good(), expected);
}

#[tokio::test]
async fn a_broadcast_without_data_is_a_bad_request_in_each_channel() {
    let expected = r#"{"result":{"responses":[{"error":{"code":107,"message":"bad request"}}]}}"#;
    assert_eq!(House::new().call("broadcast", r#"{"channels":["c"]}"#).await.good(), expected);
}

#[tokio::test]
async fn a_broadcast_needs_channels_but_not_too_many() {
    let house = House::new();
    for body in [r#"{"data":1}"#, r#"{"channels":[],"data":1}"#, r#"{"channels":null,"data":1}"#] {
        assert_eq!(house.call("broadcast", body).await.good(), BAD_REQUEST, "{body}");
    }
    let six = r#"{"channels":["a","b","c","d","e","f"],"data":1}"#;
    let expected = r#"{"error":{"code":107,"message":"too many channels in a broadcast"}}"#;
    assert_eq!(house.call("broadcast", six).await.good(), expected);
}
