//! What one side writes, the other side reads, in both encodings.

use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use vestibule_model::{
    ChannelEvent, ClientId, ClientInfo, Epoch, HistoryPage, Position, PresenceStats, Publication, Tags,
    UserId,
};

use super::{read, received, write};
use crate::centrifuge::wire::{
    Answer, Batch, ChannelRequest, Command, Commands, ConnectRequest, ConnectResult, Encoding, ErrorReply,
    HistoryRequest, PublishRequest, Push, RefreshRequest, Reply, Request, RpcRequest, SendRequest,
    StreamPosition, SubRefreshRequest, SubscribePush, SubscribeRequest, SubscribeResult,
};

/// Payloads that both encodings can carry; empty stands for none.
fn payload() -> impl Strategy<Value = Bytes> {
    let long = format!("\"{}\"", "é".repeat(200));
    let payloads = ["", "null", "1", r#"{"a": [true, "<\n>"]}"#, r#""""#, &long];
    let payloads = payloads.map(|payload| Bytes::from(payload.to_owned()));
    prop::sample::select(payloads.to_vec())
}

fn some_payload() -> impl Strategy<Value = Option<Bytes>> {
    payload().prop_map(|payload| (!payload.is_empty()).then_some(payload))
}

fn subscribe() -> impl Strategy<Value = SubscribeRequest> {
    let texts = any::<(String, String, String, String)>();
    let flags = any::<(bool, bool, bool, bool)>();
    let numbers = any::<(u64, i64, i32, i32)>();
    let filter = prop::option::of(Just(Bytes::from_static(b"{}")));
    (texts, flags, numbers, payload(), filter).prop_map(|(texts, flags, numbers, data, tf)| {
        let (channel, token, epoch, delta) = texts;
        let (recover, positioned, recoverable, join_leave) = flags;
        let (offset, flag, r#type, phase) = numbers;
        #[rustfmt::skip]
        let request = SubscribeRequest {
            channel, token, recover, epoch, offset, data, positioned, recoverable, join_leave, delta, tf, flag, r#type, phase,
        };
        request
    })
}

fn connect() -> impl Strategy<Value = ConnectRequest> {
    let subs = prop::collection::btree_map(any::<String>(), subscribe(), 0..3);
    (any::<(String, String, String)>(), payload(), subs, any::<std::collections::BTreeMap<String, String>>())
        .prop_map(|((token, name, version), data, subs, headers)| ConnectRequest {
            token,
            data,
            subs,
            name,
            version,
            headers,
        })
}

fn history() -> impl Strategy<Value = HistoryRequest> {
    any::<(String, i32, Option<(u64, String)>, bool)>().prop_map(|(channel, limit, since, reverse)| {
        let since = since.map(|(offset, epoch)| StreamPosition { offset, epoch });
        HistoryRequest { channel, limit, since, reverse }
    })
}

fn request() -> impl Strategy<Value = Request> {
    let channel = || any::<String>().prop_map(|channel| ChannelRequest { channel });
    prop_oneof![
        connect().prop_map(Request::Connect),
        Just(Request::Ping),
        subscribe().prop_map(Request::Subscribe),
        channel().prop_map(Request::Unsubscribe),
        (any::<(String, i32)>(), payload())
            .prop_map(|((channel, r#type), data)| Request::Publish(PublishRequest { channel, data, r#type })),
        channel().prop_map(Request::Presence),
        channel().prop_map(Request::PresenceStats),
        history().prop_map(Request::History),
        (payload(), any::<String>()).prop_map(|(data, method)| Request::Rpc(RpcRequest { data, method })),
        payload().prop_map(|data| Request::Send(SendRequest { data })),
        any::<String>().prop_map(|token| Request::Refresh(RefreshRequest { token })),
        any::<(String, String, i32)>().prop_map(|(channel, token, r#type)| Request::SubRefresh(
            SubRefreshRequest { channel, token, r#type }
        )),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    (any::<u32>(), prop::option::of(request())).prop_map(|(id, request)| Command { id, request })
}

fn info() -> impl Strategy<Value = Arc<ClientInfo>> {
    (any::<(String, [u8; 16])>(), some_payload(), some_payload()).prop_map(
        |((user, random), connection, channel)| {
            Arc::new(ClientInfo {
                user: UserId::new(&user),
                client: ClientId::from_random(random),
                connection,
                channel,
            })
        },
    )
}

fn position() -> impl Strategy<Value = Option<Position>> {
    let offset = prop_oneof![Just(1), any::<u64>()];
    prop::option::of(
        (offset, any::<String>()).prop_map(|(offset, epoch)| Position { offset, epoch: Epoch::new(&epoch) }),
    )
}

fn publication() -> impl Strategy<Value = Arc<Publication>> {
    let tags = prop::option::of(any::<Vec<(String, String)>>().prop_map(|tags| {
        Arc::new(tags.into_iter().map(|(name, value)| (name.into(), value.into())).collect::<Tags>())
    }));
    (payload(), prop::option::of(info()), tags, position(), any::<u64>()).prop_map(
        |(data, info, tags, position, version)| Arc::new(Publication { data, info, tags, position, version }),
    )
}

fn publications() -> impl Strategy<Value = Vec<Arc<Publication>>> {
    prop::collection::vec(publication(), 0..3)
}

fn subscribed() -> impl Strategy<Value = SubscribeResult> {
    (any::<(Option<u32>, bool, bool, bool, bool)>(), position(), publications(), some_payload()).prop_map(
        |((expires, recoverable, recovered, positioned, was_recovering), position, publications, data)| {
            #[rustfmt::skip]
            let result = SubscribeResult {
                expires, recoverable, position, publications, recovered, positioned, data, was_recovering,
            };
            result
        },
    )
}

fn connected() -> impl Strategy<Value = Box<ConnectResult>> {
    let subs = prop::collection::vec((any::<String>().prop_map(Box::from), subscribed()), 0..2);
    let facts = any::<(Option<u32>, u32, bool, i64)>();
    (any::<([u8; 16], String, String, String)>(), facts, some_payload(), subs).prop_map(
        |((random, version, session, node), (expires, ping, pong, time), data, subs)| {
            let (session, node) = (session.into(), node.into());
            let new = ConnectResult::new(ClientId::from_random(random), version);
            Box::new(ConnectResult { expires, data, subs, ping, pong, session, node, time, ..new })
        },
    )
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        connected().prop_map(Answer::Connect),
        subscribed().prop_map(Answer::Subscribe),
        Just(Answer::Unsubscribe),
        Just(Answer::Publish),
        prop::collection::vec(info(), 0..3).prop_map(Answer::Presence),
        any::<(u32, u32)>()
            .prop_map(|(clients, users)| Answer::PresenceStats(PresenceStats { clients, users })),
        (publications(), any::<(u64, String)>()).prop_map(|(publications, (offset, epoch))| {
            Answer::History(HistoryPage { publications, top: Position { offset, epoch: Epoch::new(&epoch) } })
        }),
        payload().prop_map(Answer::Rpc),
        any::<Option<u32>>().prop_map(Answer::Refresh),
        any::<Option<u32>>().prop_map(Answer::SubRefresh),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let error = any::<(u32, String, bool)>().prop_map(|(code, message, temporary)| ErrorReply {
        code,
        message: message.into(),
        temporary,
    });
    let result = prop_oneof![4 => answer().prop_map(Ok), 1 => error.prop_map(Err)];
    (1..u32::MAX, result).prop_map(|(id, result)| Reply { id, result })
}

fn push() -> impl Strategy<Value = Push> {
    let ending = || any::<(u32, String)>();
    let subscribe = (any::<(bool, bool)>(), position(), some_payload()).prop_map(
        |((recoverable, positioned), position, data)| SubscribePush {
            recoverable,
            position,
            positioned,
            data,
        },
    );
    prop_oneof![
        publication().prop_map(|publication| Push::Event(ChannelEvent::Publication(publication))),
        info().prop_map(|info| Push::Event(ChannelEvent::Join(info))),
        info().prop_map(|info| Push::Event(ChannelEvent::Leave(info))),
        ending().prop_map(|(code, reason)| Push::Unsubscribe { code, reason: reason.into() }),
        subscribe.prop_map(Push::Subscribe),
        payload().prop_map(Push::Message),
        connected().prop_map(Push::Connect),
        ending().prop_map(|(code, reason)| Push::Disconnect { code, reason: reason.into() }),
        any::<Option<u32>>().prop_map(Push::Refresh),
    ]
}

/// What a client of that encoding reads of these.
fn told(encoding: Encoding, replies: &[Reply], pushes: &[(String, Push)]) -> Vec<received::Reply> {
    let mut batch = Batch::new(encoding);
    for reply in replies {
        batch.reply(reply).expect("the payload is JSON");
    }
    for (channel, push) in pushes {
        batch.push(channel, push).expect("the payload is JSON");
    }
    let messages = std::iter::from_fn(|| batch.take());
    messages.flat_map(|message| read(encoding, &message).expect("well formed")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn commands_are_read_as_they_were_written_in_both_encodings(commands in prop::collection::vec(command(), 1..4)) {
        for encoding in [Encoding::Json, Encoding::Protobuf] {
            let message = write(encoding, &commands).expect("the payloads are JSON");
            let read: Result<Vec<_>, _> = Commands::new(encoding, &message).collect();
            prop_assert_eq!(read.as_ref(), Ok(&commands));
        }
    }

    #[test]
    fn a_client_learns_the_same_from_both_encodings(
        replies in prop::collection::vec(reply(), 0..4),
        pushes in prop::collection::vec((any::<String>(), push()), 0..4),
    ) {
        let json = told(Encoding::Json, &replies, &pushes);
        prop_assert_eq!(json.len(), replies.len() + pushes.len());
        for (received, reply) in json.iter().zip(&replies) {
            prop_assert_eq!(received.id, reply.id);
        }
        prop_assert_eq!(json, told(Encoding::Protobuf, &replies, &pushes));
    }
}
