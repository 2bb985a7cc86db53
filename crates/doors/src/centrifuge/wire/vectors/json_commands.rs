//! What official clients write in JSON.

use bytes::Bytes;

use super::{command, only};
use crate::centrifuge::wire::{
    ChannelRequest, Command, ConnectRequest, Encoding, HistoryRequest, PublishRequest, RefreshRequest,
    Request, RpcRequest, SendRequest, StreamPosition, SubRefreshRequest, SubscribeRequest,
};

#[test]
fn json_commands_are_read_as_official_clients_write_them() {
    let vectors = [
        (r#"{"id":1,"connect":{}}"#, command(1, Request::Connect(ConnectRequest::default()))),
        (
            r#"{"id":1,"connect":{"token":"t","data":{"a": 1},"name":"js","version":"5","headers":{"h":"v"},"subs":{"s":{"recover":true,"offset":3,"epoch":"e"}}}}"#,
            command(
                1,
                Request::Connect(ConnectRequest {
                    token: "t".to_owned(),
                    data: Bytes::from_static(br#"{"a": 1}"#),
                    name: "js".to_owned(),
                    version: "5".to_owned(),
                    headers: [("h".to_owned(), "v".to_owned())].into(),
                    subs: [(
                        "s".to_owned(),
                        SubscribeRequest {
                            recover: true,
                            offset: 3,
                            epoch: "e".to_owned(),
                            ..Default::default()
                        },
                    )]
                    .into(),
                }),
            ),
        ),
        (
            r#"{"id":2,"subscribe":{"channel":"c","flag":3,"delta":"fossil","tf":{"key":"k"},"type":1,"phase":2}}"#,
            command(
                2,
                Request::Subscribe(SubscribeRequest {
                    channel: "c".to_owned(),
                    flag: 3,
                    delta: "fossil".to_owned(),
                    tf: Some(Bytes::from_static(br#"{"key":"k"}"#)),
                    r#type: 1,
                    phase: 2,
                    ..Default::default()
                }),
            ),
        ),
        (
            r#"{"id":3,"unsubscribe":{"channel":"c"}}"#,
            command(3, Request::Unsubscribe(ChannelRequest { channel: "c".to_owned() })),
        ),
        (
            r#"{"id":4,"publish":{"channel":"c","data":null}}"#,
            command(
                4,
                Request::Publish(PublishRequest {
                    channel: "c".to_owned(),
                    data: Bytes::from_static(b"null"),
                    ..Default::default()
                }),
            ),
        ),
        (
            r#"{"id":5,"presence":{"channel":"c"}}"#,
            command(5, Request::Presence(ChannelRequest { channel: "c".to_owned() })),
        ),
        (
            r#"{"id":6,"presence_stats":{"channel":"c"}}"#,
            command(6, Request::PresenceStats(ChannelRequest { channel: "c".to_owned() })),
        ),
        (
            r#"{"id":7,"history":{"channel":"c","limit":-1,"since":{"offset":8,"epoch":"e"},"reverse":true}}"#,
            command(
                7,
                Request::History(HistoryRequest {
                    channel: "c".to_owned(),
                    limit: -1,
                    since: Some(StreamPosition { offset: 8, epoch: "e".to_owned() }),
                    reverse: true,
                }),
            ),
        ),
        (
            r#"{"id":8,"rpc":{"method":"m","data":[1]}}"#,
            command(8, Request::Rpc(RpcRequest { method: "m".to_owned(), data: Bytes::from_static(b"[1]") })),
        ),
        (
            r#"{"send":{"data":"x"}}"#,
            command(0, Request::Send(SendRequest { data: Bytes::from_static(br#""x""#) })),
        ),
        (
            r#"{"id":9,"refresh":{"token":"t"}}"#,
            command(9, Request::Refresh(RefreshRequest { token: "t".to_owned() })),
        ),
        (
            r#"{"id":10,"sub_refresh":{"channel":"c","token":"t"}}"#,
            command(
                10,
                Request::SubRefresh(SubRefreshRequest {
                    channel: "c".to_owned(),
                    token: "t".to_owned(),
                    r#type: 0,
                }),
            ),
        ),
        (r#"{"id":11,"ping":{}}"#, command(11, Request::Ping)),
        ("{}", Command { id: 0, request: None }),
    ];
    for (text, expected) in vectors {
        assert_eq!(only(Encoding::Json, text.as_bytes()), expected, "{text}");
    }
}
