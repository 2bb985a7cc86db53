//! Messages of the Centrifuge protocol: many commands in one of them, and what becomes of a bad one.

use vestibule_acceptance::client::{Request, connection, publication, subscription};
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Server};
use vestibule_doors::centrifuge::wire::ChannelRequest;

#[test]
fn connect_subscribe_and_publish_may_come_in_the_first_message() {
    let server = Server::start(Config::default());
    for encoding in BOTH {
        let mut client = Client::enter(server.address, encoding);
        client.ask([
            connection("ann"),
            Request::Subscribe(subscription("room:first")),
            publication("room:first", r#"{"n":1}"#),
        ]);
        let (connect, subscribe, publish) = (client.reply(), client.reply(), client.reply());
        assert!(
            connect.id == 1 && connect.connect.is_some(),
            "{encoding:?}, expected the connection: {connect:?}"
        );
        assert!(
            subscribe.id == 2 && subscribe.subscribe.is_some(),
            "{encoding:?}, subscription: {subscribe:?}"
        );
        assert!(publish.id == 3 && publish.publish.is_some(), "{encoding:?}, publication: {publish:?}");
        let publication = client.publication();
        assert_eq!(&publication.data[..], br#"{"n":1}"#, "{encoding:?}");
    }
}

#[test]
fn the_commands_of_a_message_are_answered_in_their_order() {
    const COUNT: u32 = 100;
    let server = Server::start(Config::default());
    for encoding in BOTH {
        let mut client = Client::connect(server.address, encoding, "ann");
        client.ask((0..COUNT).map(|n| match n % 3 {
            0 => Request::Subscribe(subscription(&format!("room:{n}"))),
            1 => publication("news", &n.to_string()),
            _ => Request::Presence(ChannelRequest { channel: "room:x".into() }),
        }));
        let ids: Vec<u32> = (0..COUNT).map(|_| client.reply().id).collect();
        assert_eq!(ids, (2..COUNT + 2).collect::<Vec<_>>(), "in {encoding:?}");
    }
}

#[test]
fn what_comes_before_a_bad_line_is_answered_and_then_the_connection_ends_with_3501() {
    let server = Server::start(Config::default());
    for bad in ["not json", "[]", "null", "", r#"{"id":"4"}"#, r#"{"id":4}"#] {
        let mut client = Client::enter(server.address, Encoding::Json);
        let good = client.message([connection("ann"), publication("news", "1")]);
        let message = [&good, b"\n".as_slice(), bad.as_bytes(), b"\n{}"].concat();
        let frame = client.frame(&message);
        client.peer.send(&frame);
        let (connect, publish) = (client.reply(), client.reply());
        assert!(connect.connect.is_some(), "before {bad:?} a connection was expected; came: {connect:?}");
        assert!(publish.publish.is_some(), "before {bad:?} a publication was expected; came: {publish:?}");
        client.peer.expect_goodbye(3501, "bad request");
    }
}

#[test]
fn what_comes_before_a_cut_protobuf_command_is_answered_and_then_the_connection_ends_with_3501() {
    let server = Server::start(Config::default());
    for bad in [&[5, 1, 2][..], &[3, 0xff, 0xff, 0xff], &[0x80, 0x80, 0x80]] {
        let mut client = Client::enter(server.address, Encoding::Protobuf);
        let good = client.message([connection("ann"), publication("news", "1")]);
        let message = [&good, bad].concat();
        let frame = client.frame(&message);
        client.peer.send(&frame);
        let (connect, publish) = (client.reply(), client.reply());
        assert!(connect.connect.is_some(), "before {bad:?} a connection was expected; came: {connect:?}");
        assert!(publish.publish.is_some(), "before {bad:?} a publication was expected; came: {publish:?}");
        client.peer.expect_goodbye(3501, "bad request");
    }
}

#[test]
fn a_message_without_a_command_ends_the_connection_with_3501() {
    let server = Server::start(Config::default());
    for encoding in BOTH {
        let mut client = Client::connect(server.address, encoding, "ann");
        let empty = client.frame(b"");
        client.peer.send(&empty);
        client.peer.expect_goodbye(3501, "bad request");
    }
}

#[test]
fn json_on_a_protobuf_connection_ends_it_with_3501() {
    let server = Server::start(Config::default());
    let mut client = Client::enter(server.address, Encoding::Protobuf);
    client.peer.text(r#"{"id":1,"connect":{}}"#);
    client.peer.expect_goodbye(3501, "bad request");
}

#[test]
fn messages_that_come_in_one_packet_are_taken_one_after_the_other() {
    let server = Server::start(Config::default());
    for encoding in BOTH {
        let mut client = Client::enter(server.address, encoding);
        let connect = client.message([connection("ann")]);
        let subscribe = client.message([Request::Subscribe(subscription("room:packet"))]);
        let publish = client.message((0..50).map(|n| publication("room:packet", &n.to_string())));
        let packet = [client.frame(&connect), client.frame(&subscribe), client.frame(&publish)].concat();
        client.peer.send(&packet);
        let ids: Vec<u32> = (0..52).map(|_| client.reply().id).collect();
        assert_eq!(ids, (1..=52).collect::<Vec<_>>(), "in {encoding:?}");
        for n in 0..50 {
            assert_eq!(client.publication().data, n.to_string().as_bytes(), "in {encoding:?}");
        }
    }
}
