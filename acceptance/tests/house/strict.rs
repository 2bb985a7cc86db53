//! Where the house is stricter, or kinder, than the protocol asks.

use vestibule_acceptance::client::{connection, publication};
use vestibule_acceptance::peer::{MASK, Opcode, fragments};
use vestibule_acceptance::{Client, Config, Encoding, Event, Peer, Server};
use vestibule_websocket::client::{close, ping, put_frame, text};

#[test]
fn a_text_that_is_not_utf_8_is_answered_with_1007() {
    let server = Server::house(Config::default());
    let whole = text(b"{\"id\":1,\"connect\":{\"name\":\"\xff\"}}", MASK);
    // The euro sign, and half of one.
    let cut = fragments(Opcode::Text, b"\"\xe2\x82\xac\xe2\x82", 2).concat();
    for frames in [whole, cut] {
        let mut peer = Peer::enter(server.address);
        peer.send(&frames);
        peer.expect_close(1007);
        peer.expect(&Event::End);
    }
}

#[test]
fn half_a_close_code_is_answered_with_1002() {
    let server = Server::house(Config::default());
    let mut peer = Peer::enter(server.address);
    let mut frame = Vec::new();
    put_frame(true, Opcode::Close, &[3], MASK, &mut frame);
    peer.send(&frame);
    peer.expect_close(1002);
    peer.expect(&Event::End);
}

#[test]
fn a_text_whose_characters_are_cut_by_fragments_is_understood() {
    let server = Server::house(Config::default());
    let mut client = Client::connect(server.address, Encoding::Json, "ann");
    client.subscribe("news");
    let message = client.message([publication("news", r#""€uro – ☃""#)]);
    client.peer.send(&fragments(Opcode::Text, &message, 1).concat());
    assert!(client.reply().publish.is_some(), "expected to have published");
    assert_eq!(&client.publication().data[..], r#""€uro – ☃""#.as_bytes());
}

#[test]
fn what_was_sent_before_a_close_frame_is_answered_before_it_is_echoed() {
    let server = Server::house(Config::default());
    let mut client = Client::enter(server.address, Encoding::Json);
    let message = client.message([connection("ann"), publication("news", "1")]);
    let packet = [client.frame(&message), ping(b"p", MASK), close(Some(1000), "", MASK)].concat();
    client.peer.send(&packet);
    let (connect, publish) = (client.reply(), client.reply());
    assert!(connect.connect.is_some() && publish.publish.is_some(), "came: {connect:?}, {publish:?}");
    client.peer.expect(&Event::Pong(b"p".to_vec()));
    client.peer.expect_close(1000);
    client.peer.expect(&Event::End);
}

#[test]
fn replies_and_pongs_keep_the_order_of_what_they_answer() {
    let server = Server::house(Config::default());
    let mut client = Client::connect(server.address, Encoding::Json, "ann");
    let mut packet = Vec::new();
    for n in 0..50_u8 {
        let message = client.message([publication("news", &n.to_string())]);
        packet.extend(client.frame(&message));
        packet.extend(ping(&[n], MASK));
    }
    client.peer.send(&packet);
    for n in 0..50_u8 {
        assert!(client.reply().publish.is_some(), "expected publication {n} to be answered before pong {n}");
        client.peer.expect(&Event::Pong(vec![n]));
    }
}
