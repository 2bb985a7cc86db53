//! Frames as RFC 6455 has them, and as it forbids them.

use vestibule_acceptance::client::{connection, publication};
use vestibule_acceptance::peer::{MASK, Opcode, fragments};
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Event, Peer, Server};
use vestibule_websocket::client::{binary, ping, put_frame, text};

/// The limit on messages that Centrifugo has by default.
const LARGEST: usize = 65_536;

#[test]
fn a_message_in_fragments_with_pings_in_between_is_one_message() {
    let server = Server::start(Config::default());
    for encoding in BOTH {
        let mut client = Client::enter(server.address, encoding);
        let message = client.message([connection("ann")]);
        let opcode = if encoding == Encoding::Json { Opcode::Text } else { Opcode::Binary };
        let frames = fragments(opcode, &message, 50);
        let pings = frames.len() - 1;
        for (index, frame) in frames.iter().enumerate() {
            client.peer.send(frame);
            if index < pings {
                client.peer.send(&ping(&[b'p', b'0' + u8::try_from(index).unwrap()], MASK));
            }
        }
        for index in 0..pings {
            client.peer.expect(&Event::Pong(vec![b'p', b'0' + u8::try_from(index).unwrap()]));
        }
        assert!(client.reply().connect.is_some(), "expected to be connected in {encoding:?}");
    }
}

#[test]
fn a_message_in_fragments_of_one_byte_is_one_message() {
    let server = Server::start(Config::default());
    let mut client = Client::enter(server.address, Encoding::Json);
    let message = client.message([connection("ann")]);
    client.peer.send(&fragments(Opcode::Text, &message, 1).concat());
    assert!(client.reply().connect.is_some(), "expected to be connected");
}

#[test]
fn a_stream_that_comes_byte_by_byte_is_understood() {
    let server = Server::start(Config::default());
    for encoding in BOTH {
        let mut client = Client::enter(server.address, encoding);
        let connect = client.message([connection("ann")]);
        let publish = client.message([publication("news", r#"{"n":1}"#)]);
        for byte in [ping(b"before", MASK), client.frame(&connect), client.frame(&publish)].concat() {
            client.peer.send(&[byte]);
        }
        client.peer.expect(&Event::Pong(b"before".to_vec()));
        assert!(client.reply().connect.is_some(), "expected to be connected in {encoding:?}");
        assert!(client.reply().publish.is_some(), "expected to have published in {encoding:?}");
    }
}

#[test]
fn a_ping_is_answered_with_its_payload() {
    let server = Server::start(Config::default());
    let mut peer = Peer::enter(server.address);
    for payload in [&b""[..], b"echo", &[0xff; 125]] {
        peer.send(&ping(payload, MASK));
        peer.expect(&Event::Pong(payload.to_vec()));
    }
}

#[test]
fn a_pong_that_nobody_asked_for_is_passed_over() {
    let server = Server::start(Config::default());
    let mut peer = Peer::enter(server.address);
    peer.send(&vestibule_websocket::client::pong(b"by the way", MASK));
    peer.expect_nothing();
}

/// Each of these breaks one rule.
fn broken_frames() -> Vec<(&'static str, Vec<u8>)> {
    let unfinished_ping = {
        let mut frame = Vec::new();
        put_frame(false, Opcode::Ping, b"p", MASK, &mut frame);
        frame
    };
    let stray_continuation = {
        let mut frame = Vec::new();
        put_frame(true, Opcode::Continuation, b"{}", MASK, &mut frame);
        frame
    };
    let unfinished_text_then_text = {
        let mut frames = Vec::new();
        put_frame(false, Opcode::Text, b"{", MASK, &mut frames);
        put_frame(true, Opcode::Text, b"{}", MASK, &mut frames);
        frames
    };
    let unspeakable_close = {
        let mut frame = Vec::new();
        put_frame(true, Opcode::Close, &1005_u16.to_be_bytes(), MASK, &mut frame);
        frame
    };
    let changed = |byte: u8| {
        let mut frame = text(b"{}", MASK);
        frame[0] = byte;
        frame
    };
    vec![
        ("a frame without a mask", vec![0x81, 2, b'{', b'}']),
        ("the first reserved bit", changed(0xC1)),
        ("the second reserved bit", changed(0xA1)),
        ("the third reserved bit", changed(0x91)),
        ("a data opcode of later days", changed(0x83)),
        ("a control opcode of later days", changed(0x8B)),
        ("a ping in fragments", unfinished_ping),
        ("a ping of 126 bytes", ping(&[0; 126], MASK)),
        ("a continuation of nothing", stray_continuation),
        ("a message within a message", unfinished_text_then_text),
        ("a close code that nobody may send", unspeakable_close),
    ]
}

#[test]
fn a_broken_frame_is_answered_with_1002_and_the_end() {
    let server = Server::start(Config::default());
    for (what, frame) in broken_frames() {
        let mut peer = Peer::enter(server.address);
        peer.send(&frame);
        let came = peer.event();
        assert!(
            matches!(came, Event::Close { code: Some(1002), .. }),
            "{what}: expected 1002; came: {came:?}"
        );
        let came = peer.event();
        assert_eq!(came, Event::End, "{what}: expected the end of the connection; came: {came:?}");
    }
}

#[test]
fn what_follows_a_broken_frame_is_not_carried_out() {
    let server = Server::start(Config::default());
    let mut listener = Client::connect(server.address, Encoding::Json, "ann");
    listener.subscribe("news");
    let mut breaker = Client::connect(server.address, Encoding::Json, "bob");
    let publish = breaker.message([publication("news", r#""after""#)]);
    let frames = [&[0x81, 2, b'{', b'}'][..], &text(&publish, MASK)].concat();
    breaker.peer.send(&frames);
    breaker.peer.expect_close(1002);
    listener.publish("news", r#""own""#);
    let publication = listener.publication();
    assert_eq!(&publication.data[..], br#""own""#, "nothing was expected before it; came: {publication:?}");
}

/// A request to publish that makes a JSON message of exactly this size.
fn message_of(client: &mut Client, size: usize) -> Vec<u8> {
    let empty = client.message([publication("news", r#""""#)]).len();
    let filling = "x".repeat(size - empty);
    let message = client.message([publication("news", &format!(r#""{filling}""#))]);
    assert_eq!(message.len(), size);
    message
}

#[test]
fn a_message_of_exactly_the_limit_passes() {
    let server = Server::start(Config::default());
    let mut client = Client::connect(server.address, Encoding::Json, "ann");
    let message = message_of(&mut client, LARGEST);
    client.peer.send(&text(&message, MASK));
    assert!(client.reply().publish.is_some(), "expected to have published {LARGEST} bytes");
}

#[test]
fn a_message_of_one_byte_more_than_the_limit_is_answered_with_1009() {
    let server = Server::start(Config::default());
    let mut client = Client::connect(server.address, Encoding::Json, "ann");
    let message = message_of(&mut client, LARGEST + 1);
    client.peer.send(&text(&message, MASK));
    client.peer.expect(&Event::Close { code: Some(1009), reason: String::new() });
    client.peer.expect(&Event::End);
}

#[test]
fn fragments_that_are_too_long_together_are_answered_with_1009() {
    let server = Server::start(Config::default());
    let mut client = Client::connect(server.address, Encoding::Json, "ann");
    let message = message_of(&mut client, LARGEST + 1);
    for frame in fragments(Opcode::Text, &message, 8_000) {
        client.peer.send(&frame);
    }
    client.peer.expect_close(1009);
    client.peer.expect(&Event::End);
}

#[test]
fn the_limit_can_be_configured() {
    let server = Server::start(Config::default().set("websocket.message_size_limit", 1_000));
    let mut client = Client::connect(server.address, Encoding::Json, "ann");
    let message = message_of(&mut client, 1_000);
    client.peer.send(&text(&message, MASK));
    assert!(client.reply().publish.is_some(), "expected to have published 1000 bytes");
    let message = message_of(&mut client, 1_001);
    client.peer.send(&text(&message, MASK));
    client.peer.expect_close(1009);
}

#[test]
fn a_big_message_that_comes_in_many_packets_reaches_its_subscribers_whole() {
    let server = Server::start(Config::default());
    let mut listener = Client::connect(server.address, Encoding::Protobuf, "ann");
    listener.subscribe("news");
    let mut publisher = Client::connect(server.address, Encoding::Json, "bob");
    let data = format!(r#""{}""#, (0..6_000).map(|n| format!("{n:010}")).collect::<String>());
    let message = publisher.message([publication("news", &data)]);
    for packet in publisher.frame(&message).chunks(97) {
        publisher.peer.send(packet);
    }
    let publication = listener.publication();
    assert!(publication.data == data.as_bytes(), "{} bytes came, and not those sent", publication.data.len());
}

#[test]
fn either_type_of_frame_may_carry_either_encoding() {
    let server = Server::start(Config::default());
    let mut json = Client::enter(server.address, Encoding::Json);
    let message = json.message([connection("ann")]);
    json.peer.send(&binary(&message, MASK));
    let answer = json.peer.event();
    assert!(matches!(answer, Event::Text(_)), "JSON is answered in text; came: {answer:?}");

    let mut protobuf = Client::enter(server.address, Encoding::Protobuf);
    let message = protobuf.message([connection("ann")]);
    let frame =
        if std::str::from_utf8(&message).is_ok() { text(&message, MASK) } else { binary(&message, MASK) };
    protobuf.peer.send(&frame);
    let answer = protobuf.peer.event();
    assert!(matches!(answer, Event::Binary(_)), "Protobuf is answered in binary; came: {answer:?}");
}
