//! What a running server writes in JSON.

use std::sync::Arc;

use bytes::Bytes;
use vestibule_model::{ChannelEvent, ClientInfo, Epoch, HistoryPage, Position, PresenceStats, Publication};

use super::{CLIENT, connected, event, info, position, reply};
use crate::centrifuge::wire::{
    Answer, Batch, ConnectResult, Encoding, ErrorReply, Push, SubscribePush, SubscribeResult, ping,
};

fn json(id: u32, answer: Answer) -> String {
    String::from_utf8(reply(Encoding::Json, id, Ok(answer))).expect("UTF-8")
}

fn json_push(channel: &str, push: &Push) -> String {
    let mut batch = Batch::new(Encoding::Json);
    batch.push(channel, push).expect("the payload is JSON");
    String::from_utf8(batch.take().expect("one message").to_vec()).expect("UTF-8")
}

fn json_event(channel: &str, what: ChannelEvent) -> String {
    String::from_utf8(event(Encoding::Json, channel, &what)).expect("UTF-8")
}

#[test]
fn json_replies_have_the_bytes_of_the_reference() {
    assert_eq!(
        json(1, Answer::Connect(connected())),
        format!(
            r#"{{"id":1,"connect":{{"client":"{CLIENT}","version":"6.9.1 OSS","ping":25,"pong":true}}}}"#
        )
    );
    assert_eq!(json(2, Answer::Subscribe(SubscribeResult::default())), r#"{"id":2,"subscribe":{}}"#);
    assert_eq!(json(3, Answer::Unsubscribe), r#"{"id":3,"unsubscribe":{}}"#);
    assert_eq!(json(4, Answer::Publish), r#"{"id":4,"publish":{}}"#);
    assert_eq!(
        json(5, Answer::Presence(vec![info("42")])),
        format!(r#"{{"id":5,"presence":{{"presence":{{"{CLIENT}":{{"user":"42","client":"{CLIENT}"}}}}}}}}"#)
    );
    assert_eq!(json(5, Answer::Presence(Vec::new())), r#"{"id":5,"presence":{"presence":{}}}"#);
    assert_eq!(
        json(6, Answer::PresenceStats(PresenceStats { clients: 2, users: 2 })),
        r#"{"id":6,"presence_stats":{"num_clients":2,"num_users":2}}"#
    );
    assert_eq!(
        json(6, Answer::PresenceStats(PresenceStats::default())),
        r#"{"id":6,"presence_stats":{"num_clients":0,"num_users":0}}"#
    );
    assert_eq!(json(8, Answer::Rpc(Bytes::from_static(b"[1, 2]"))), r#"{"id":8,"rpc":{"data":[1, 2]}}"#);
    assert_eq!(json(8, Answer::Rpc(Bytes::new())), r#"{"id":8,"rpc":{}}"#);
    assert_eq!(json(9, Answer::Refresh(Some(100))), r#"{"id":9,"refresh":{"expires":true,"ttl":100}}"#);
    assert_eq!(json(9, Answer::Refresh(None)), r#"{"id":9,"refresh":{}}"#);
    assert_eq!(
        json(10, Answer::SubRefresh(Some(100))),
        r#"{"id":10,"sub_refresh":{"expires":true,"ttl":100}}"#
    );
    let busy = ErrorReply { code: 100, message: "internal server error".into(), temporary: true };
    assert_eq!(
        reply(Encoding::Json, 11, Err(busy)),
        br#"{"id":11,"error":{"code":100,"message":"internal server error","temporary":true}}"#
    );
    assert_eq!(ping(Encoding::Json), b"{}");
}

#[test]
fn an_empty_history_still_says_where_the_stream_stands() {
    let page =
        HistoryPage { publications: Vec::new(), top: Position { offset: 0, epoch: Epoch::new("KwDqLSnm") } };
    assert_eq!(
        json(7, Answer::History(page)),
        r#"{"id":7,"history":{"publications":[],"epoch":"KwDqLSnm","offset":0}}"#
    );
}

#[test]
fn kept_publications_do_not_say_their_epoch_one_by_one() {
    let first = Publication {
        data: Bytes::from_static(b"1"),
        position: position(1, "KwDqLSnm"),
        ..Publication::default()
    };
    let page = HistoryPage {
        publications: vec![Arc::new(first.clone())],
        top: Position { offset: 1, epoch: Epoch::new("KwDqLSnm") },
    };
    assert_eq!(
        json(7, Answer::History(page)),
        r#"{"id":7,"history":{"publications":[{"data":1,"offset":1}],"epoch":"KwDqLSnm","offset":1}}"#
    );
    let recovered = SubscribeResult {
        recoverable: true,
        position: position(0, "KwDqLSnm"),
        publications: vec![Arc::new(first)],
        recovered: true,
        positioned: true,
        was_recovering: true,
        ..SubscribeResult::default()
    };
    assert_eq!(
        json(2, Answer::Subscribe(recovered)),
        r#"{"id":2,"subscribe":{"recoverable":true,"epoch":"KwDqLSnm","publications":[{"data":1,"offset":1}],"recovered":true,"positioned":true,"was_recovering":true}}"#
    );
}

#[test]
fn json_pushes_have_the_bytes_of_the_reference() {
    assert_eq!(
        json_push("c", &Push::Unsubscribe { code: 2000, reason: "server unsubscribe".into() }),
        r#"{"push":{"channel":"c","unsubscribe":{"code":2000,"reason":"server unsubscribe"}}}"#
    );
    let subscribed = SubscribePush {
        recoverable: true,
        position: position(7, "KwDqLSnm"),
        positioned: true,
        data: Some(Bytes::from_static(br#"{"x":1}"#)),
    };
    assert_eq!(
        json_push("c", &Push::Subscribe(subscribed)),
        r#"{"push":{"channel":"c","subscribe":{"recoverable":true,"epoch":"KwDqLSnm","offset":7,"positioned":true,"data":{"x":1}}}}"#
    );
    assert_eq!(
        json_push("", &Push::Message(Bytes::from_static(b"true"))),
        r#"{"push":{"message":{"data":true}}}"#
    );
    assert_eq!(
        json_push("", &Push::Refresh(Some(100))),
        r#"{"push":{"refresh":{"expires":true,"ttl":100}}}"#
    );
    assert_eq!(
        json_push("", &Push::Disconnect { code: 3503, reason: "force disconnect".into() }),
        r#"{"push":{"disconnect":{"code":3503,"reason":"force disconnect"}}}"#
    );
}

#[test]
fn json_events_have_the_bytes_of_the_reference() {
    let publication = |offset: u64| {
        ChannelEvent::Publication(Arc::new(Publication {
            data: Bytes::from_static(br#"{"i":1}"#),
            position: position(offset, "KwDqLSnm"),
            ..Publication::default()
        }))
    };
    assert_eq!(
        json_event("rec:a", publication(1)),
        r#"{"push":{"channel":"rec:a","pub":{"data":{"i":1},"offset":1,"epoch":"KwDqLSnm"}}}"#
    );
    assert_eq!(
        json_event("rec:a", publication(2)),
        r#"{"push":{"channel":"rec:a","pub":{"data":{"i":1},"offset":2}}}"#
    );
    let who = Arc::new(ClientInfo {
        connection: Some(Bytes::from_static(br#"{"n":"A"}"#)),
        channel: Some(Bytes::from_static(b"[]")),
        ..(*info("42")).clone()
    });
    assert_eq!(
        json_event("c", ChannelEvent::Join(who.clone())),
        format!(
            r#"{{"push":{{"channel":"c","join":{{"info":{{"user":"42","client":"{CLIENT}","conn_info":{{"n":"A"}},"chan_info":[]}}}}}}}}"#
        )
    );
    assert_eq!(
        json_event("c", ChannelEvent::Leave(info(""))),
        format!(r#"{{"push":{{"channel":"c","leave":{{"info":{{"user":"","client":"{CLIENT}"}}}}}}}}"#)
    );
}

#[test]
fn a_connect_reply_carries_the_server_side_subscriptions() {
    let subs = vec![(
        Box::from("#42"),
        SubscribeResult {
            recoverable: true,
            position: position(3, "KwDqLSnm"),
            positioned: true,
            ..Default::default()
        },
    )];
    let connect = ConnectResult {
        expires: Some(60),
        data: Some(Bytes::from_static(b"{}")),
        subs,
        time: 1_700_000_000_000,
        ..*connected()
    };
    assert_eq!(
        json(1, Answer::Connect(Box::new(connect))),
        format!(
            r##"{{"id":1,"connect":{{"client":"{CLIENT}","version":"6.9.1 OSS","expires":true,"ttl":60,"data":{{}},"subs":{{"#42":{{"recoverable":true,"epoch":"KwDqLSnm","offset":3,"positioned":true}}}},"ping":25,"pong":true,"time":1700000000000}}}}"##
        )
    );
}
