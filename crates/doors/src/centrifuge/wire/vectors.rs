//! Messages of a running server and of official clients, byte for byte. Protobuf is here, JSON in the files below.

mod json_commands;
mod json_replies;

use std::sync::Arc;

use bytes::Bytes;
use vestibule_model::{ChannelEvent, ClientId, ClientInfo, Epoch, Position, Publication, UserId};

use super::client;
use super::{
    Answer, Batch, Command, Commands, ConnectRequest, ConnectResult, Encoding, ErrorReply, PublishRequest,
    Reply, Request, SubscribeRequest, SubscribeResult, ping, write_event,
};

const CLIENT: &str = "c5a0f7a4-7a32-4f0e-9d3c-0a4f4c1d2e3b";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).expect("ASCII"), 16).expect("hex digits"))
        .collect()
}

/// Hex in which `<…>` stands for the bytes of that text.
fn vector(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, part) in text.split(['<', '>']).enumerate() {
        if index % 2 == 0 { bytes.extend(hex(part)) } else { bytes.extend(part.bytes()) }
    }
    bytes
}

fn only(encoding: Encoding, message: &[u8]) -> Command {
    let mut commands = Commands::new(encoding, message);
    let command = commands.next().expect("one command").expect("well formed");
    assert!(commands.next().is_none());
    command
}

fn command(id: u32, request: Request) -> Command {
    Command { id, request: Some(request) }
}

fn reply(encoding: Encoding, id: u32, result: Result<Answer, ErrorReply>) -> Vec<u8> {
    let mut batch = Batch::new(encoding);
    batch.reply(&Reply { id, result }).expect("the payload is JSON");
    batch.take().expect("one message").to_vec()
}

fn event(encoding: Encoding, channel: &str, event: &ChannelEvent) -> Vec<u8> {
    let mut message = Vec::new();
    write_event(encoding, channel, event, &mut message).expect("the payload is JSON");
    message
}

fn client_id() -> ClientId {
    ClientId::parse(CLIENT).expect("a UUID")
}

fn position(offset: u64, epoch: &str) -> Option<Position> {
    Some(Position { offset, epoch: Epoch::new(epoch) })
}

fn info(user: &str) -> Arc<ClientInfo> {
    Arc::new(ClientInfo { user: UserId::new(user), client: client_id(), connection: None, channel: None })
}

fn connected() -> Box<ConnectResult> {
    Box::new(ConnectResult { ping: 25, pong: true, ..ConnectResult::new(client_id(), "6.9.1 OSS") })
}

#[test]
fn protobuf_commands_are_read_and_written_as_official_clients_write_them() {
    let rec = || "rec:p".to_owned();
    let vectors = [
        ("04 0801 2200", command(1, Request::Connect(ConnectRequest::default()))),
        (
            "07 0801 2203 220178",
            command(1, Request::Connect(ConnectRequest { name: "x".to_owned(), ..Default::default() })),
        ),
        (
            "0b 0802 2a07 0a05 7265633a70",
            command(2, Request::Subscribe(SubscribeRequest { channel: rec(), ..Default::default() })),
        ),
        (
            "0f 0804 3a0b 0a05 7265633a70 1202 00ff",
            command(
                4,
                Request::Publish(PublishRequest {
                    channel: rec(),
                    data: Bytes::from_static(b"\0\xff"),
                    ..Default::default()
                }),
            ),
        ),
        ("00", Command { id: 0, request: None }),
    ];
    for (text, expected) in vectors {
        assert_eq!(only(Encoding::Protobuf, &vector(text)), expected, "{text}");
        assert_eq!(client::write(Encoding::Protobuf, &[expected]), Ok(vector(text)), "{text}");
    }
}

#[test]
fn protobuf_replies_have_the_bytes_of_the_reference() {
    let subscribed = SubscribeResult {
        recoverable: true,
        positioned: true,
        position: position(0, "KwDqLSnm"),
        ..SubscribeResult::default()
    };
    let refused = ErrorReply { code: 102, message: "unknown channel".into(), temporary: false };
    let vectors = [
        (
            format!("39 0801 2a35 0a24<{CLIENT}> 1209 362e392e31204f5353 3819 4001"),
            reply(Encoding::Protobuf, 1, Ok(Answer::Connect(connected()))),
        ),
        (
            "12 0802 320e 1801 3208<KwDqLSnm> 5001".to_owned(),
            reply(Encoding::Protobuf, 2, Ok(Answer::Subscribe(subscribed))),
        ),
        (
            "17 0803 1213 0866 120f 756e6b6e6f776e206368616e6e656c".to_owned(),
            reply(Encoding::Protobuf, 3, Err(refused)),
        ),
        ("04 0804 4200".to_owned(), reply(Encoding::Protobuf, 4, Ok(Answer::Publish))),
        ("00".to_owned(), ping(Encoding::Protobuf).to_vec()),
    ];
    for (text, bytes) in vectors {
        assert_eq!(bytes, vector(&text), "{text}");
    }
}

#[test]
fn the_first_protobuf_publication_of_an_epoch_has_the_bytes_of_the_reference() {
    let publication = Publication {
        data: Bytes::from_static(b"\0\xff"),
        info: Some(info("")),
        position: position(1, "KwDqLSnm"),
        ..Publication::default()
    };
    assert_eq!(
        event(Encoding::Protobuf, "rec:p", &ChannelEvent::Publication(Arc::new(publication))),
        vector(&format!("43 2241 1205 <rec:p> 2238 2202 00ff 2a26 1224<{CLIENT}> 3001 7208<KwDqLSnm>")),
    );
}

#[test]
fn a_client_reads_a_protobuf_publication_of_a_delta() {
    let message = vector("26 2224 1207 64656c74613a6a 2219 2213<2T.2R@0,2:1}3kaHI8;> 3002 4001");
    let replies = client::read(Encoding::Protobuf, &message).expect("well formed");
    let push = replies[0].push.as_ref().expect("a push");
    let publication = push.r#pub.as_ref().expect("a publication");
    assert_eq!((push.channel.as_str(), publication.offset, publication.delta), ("delta:j", 2, true));
    assert_eq!(publication.data.len(), 19);
}
