//! Bounds that an operator sets, each with the answer that it gives.

use std::io::Write;
use std::time::Duration;

use vestibule_acceptance::client::{Request, connection, subscription};
use vestibule_acceptance::patience::{Stopwatch, until};
use vestibule_acceptance::peer::{MASK, PATH};
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Event, Peer, Server};
use vestibule_doors::centrifuge::wire::ChannelRequest;
use vestibule_websocket::client::pong;

#[test]
fn a_peer_that_does_not_connect_in_time_is_closed_with_3502() {
    let server = Server::start(Config::default().set("client.stale_close_delay", "300ms"));
    let mut silent = Peer::enter(server.address);
    let mut half = Peer::enter(server.address);
    half.stream().write_all(&[0x81]).unwrap();
    silent.expect_goodbye(3502, "stale");
    half.expect(&Event::Close { code: Some(3502), reason: "stale".into() });
}

#[test]
fn one_connection_too_many_is_refused_with_503_until_another_has_gone() {
    let server = Server::start(Config::default().set("client.connection_limit", 2));
    let mut first = Client::connect(server.address, Encoding::Json, "ann");
    let _second = Client::connect(server.address, Encoding::Protobuf, "bob");
    assert_eq!(Peer::knock(server.address, PATH, &[]).err(), Some(503), "expected the third to be refused");
    first.peer.close(Some(1000));
    first.peer.expect_close(1000);
    first.peer.expect(&Event::End);
    until("there is room again", || Peer::knock(server.address, PATH, &[]).ok());
}

#[test]
fn connections_that_come_too_fast_are_refused_with_503_for_a_while() {
    let server = Server::start(Config::default().set("client.connection_rate_limit", 1));
    let watch = Stopwatch::start();
    let statuses: Vec<_> = (0..4).map(|_| Peer::knock(server.address, PATH, &[]).err()).collect();
    let let_in = statuses.iter().filter(|status| status.is_none()).count();
    let allowed = 1 + usize::try_from(watch.elapsed().as_secs()).unwrap() + 1;
    assert!((1..=allowed).contains(&let_in), "expected one a second to be let in; came: {statuses:?}");
    assert!(statuses.iter().flatten().all(|status| *status == 503), "expected 503; came: {statuses:?}");
    until("a later one is let in", || Peer::knock(server.address, PATH, &[]).ok());
}

#[test]
fn a_connection_of_a_user_with_too_many_is_closed_with_3504() {
    let server = Server::start(Config::default().set("client.user_connection_limit", 2));
    let mut first = Client::connect(server.address, Encoding::Json, "ann");
    let _second = Client::connect(server.address, Encoding::Protobuf, "ann");
    for encoding in BOTH {
        let mut third = Client::enter(server.address, encoding);
        third.ask([connection("ann")]);
        third.peer.expect_goodbye(3504, "connection limit");
    }
    Client::connect(server.address, Encoding::Json, "bob");
    first.publish("news", "1");
    first.peer.close(Some(1000));
    first.peer.expect_close(1000);
    until("the user has a place again", || {
        let mut again = Client::enter(server.address, Encoding::Json);
        again.ask([connection("ann")]);
        matches!(again.peer.event(), Event::Text(_)).then_some(())
    });
}

#[test]
fn one_channel_too_many_is_refused_with_106_until_another_is_left() {
    let server = Server::start(Config::default().set("client.channel_limit", 2));
    for encoding in BOTH {
        let mut client = Client::connect(server.address, encoding, "ann");
        client.subscribe("one");
        client.subscribe("two");
        let code = |reply: vestibule_acceptance::client::Reply| reply.error.map(|error| error.code);
        assert_eq!(
            code(client.call(Request::Subscribe(subscription("three")))),
            Some(106),
            "in {encoding:?}"
        );
        client.call(Request::Unsubscribe(ChannelRequest { channel: "one".into() }));
        client.subscribe("three");
    }
}

#[test]
fn a_channel_name_that_is_too_long_is_refused_with_107() {
    let server = Server::start(Config::default());
    let mut client = Client::connect(server.address, Encoding::Json, "ann");
    client.subscribe(&"c".repeat(255));
    let reply = client.call(Request::Subscribe(subscription(&"c".repeat(256))));
    assert_eq!(reply.error.map(|error| error.code), Some(107));
}

#[test]
fn a_peer_that_does_not_answer_a_ping_is_closed_with_3012() {
    let config = Config::default().set("client.ping_interval", "1s").set("client.pong_timeout", "300ms");
    let server = Server::start(config);
    for encoding in BOTH {
        let mut client = Client::connect(server.address, encoding, "ann");
        let ping = match encoding {
            Encoding::Json => Event::Text("{}".into()),
            Encoding::Protobuf => Event::Binary(vec![0]),
        };
        client.peer.expect(&ping);
        client.peer.expect_goodbye(3012, "no pong");
    }
}

#[test]
fn a_peer_that_answers_pings_stays() {
    let config = Config::default().set("client.ping_interval", "1s").set("client.pong_timeout", "500ms");
    let server = Server::start(config);
    let mut client = Client::connect(server.address, Encoding::Json, "ann");
    for _ in 0..3 {
        client.peer.expect(&Event::Text("{}".into()));
        client.peer.text("{}");
    }
    client.publish("news", "1");
}

#[test]
fn pings_can_be_asked_for_as_frames_and_are_missed_too() {
    let config = Config::default().set("client.ping_interval", "1s").set("client.pong_timeout", "500ms");
    let server = Server::start(config);
    let peer = Peer::knock(server.address, &format!("{PATH}?cf_ws_frame_ping_pong=true"), &[])
        .expect("to be let in");
    let mut client = Client::over(peer, Encoding::Json);
    let connect = client.call(connection("ann")).connect.expect("to be connected");
    assert!(connect.ping == 0 && !connect.pong, "no pings of the protocol are announced; came: {connect:?}");
    for _ in 0..2 {
        let Event::Ping(payload) = client.peer.event() else { panic!("expected a ping frame") };
        client.peer.send(&pong(&payload, MASK));
    }
    let watch = Stopwatch::start();
    while client.peer.event() != Event::End {}
    assert!(
        watch.elapsed() < Duration::from_secs(10),
        "expected the end soon; it came after {:?}",
        watch.elapsed()
    );
}
