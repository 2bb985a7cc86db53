//! How a connection ends, on either side's wish.

use std::io::Write;
use std::net::Shutdown;

use vestibule_acceptance::http::dial;
use vestibule_acceptance::peer::MASK;
use vestibule_acceptance::{Client, Config, Encoding, Event, Peer, Server};
use vestibule_websocket::client::close;

#[test]
fn a_close_code_is_echoed_and_the_server_closes_the_connection() {
    let server = Server::start(Config::default());
    for code in [1000, 1001, 1011, 3000, 4321] {
        let mut peer = Peer::enter(server.address);
        peer.send(&close(Some(code), "that was it", MASK));
        peer.expect_close(code);
        peer.expect(&Event::End);
    }
}

#[test]
fn a_close_without_a_code_is_answered_without_one() {
    let server = Server::start(Config::default());
    let mut peer = Peer::enter(server.address);
    peer.close(None);
    peer.expect(&Event::Close { code: None, reason: String::new() });
    peer.expect(&Event::End);
}

#[test]
fn a_peer_that_closes_only_its_writing_side_is_let_go() {
    let server = Server::start(Config::default());
    let mut observer = Client::connect(server.address, Encoding::Json, "ann");
    observer.subscribe("room:half");
    let mut half = Client::connect(server.address, Encoding::Json, "bob");
    half.subscribe("room:half");
    half.peer.stop_talking();
    leaves(&mut observer, &half.id);
    // It has its own join to read, and then nothing but the end.
    while half.peer.event() != Event::End {}
}

#[test]
fn a_peer_that_vanishes_with_a_reset_leaves_its_channels() {
    let server = Server::start(Config::default());
    let mut observer = Client::connect(server.address, Encoding::Protobuf, "ann");
    observer.subscribe("room:cut");
    let mut lost = Client::connect(server.address, Encoding::Json, "bob");
    lost.subscribe("room:cut");
    let id = lost.id.clone();
    assert!(observer.presence("room:cut").contains(&id), "expected to see {id}");
    lost.peer.cut();
    leaves(&mut observer, &id);
    assert!(!observer.presence("room:cut").contains(&id), "expected {id} to be gone");
}

#[test]
fn a_half_open_peer_in_the_middle_of_its_head_or_of_a_frame_harms_nobody() {
    let server = Server::start(Config::default());
    let mut peers: Vec<_> = (0..20).map(|_| dial(server.address)).collect();
    for (index, stream) in peers.iter_mut().enumerate() {
        stream.write_all(&b"GET /connection/websocket HTTP/1.1\r\nHost: x\r\n"[..index + 1]).unwrap();
        if index % 2 == 0 {
            stream.shutdown(Shutdown::Write).unwrap();
        }
    }
    let mut cut: Vec<_> = (0..20).map(|_| Peer::enter(server.address)).collect();
    for (index, peer) in cut.iter_mut().enumerate() {
        peer.send(&close(Some(1000), "never said to the end", MASK)[..index % 10 + 1]);
        if index % 2 == 0 {
            peer.stop_talking();
        }
    }
    let mut client = Client::connect(server.address, Encoding::Json, "ann");
    client.subscribe("news");
    client.publish("news", "1");
    assert_eq!(&client.publication().data[..], b"1");
}

/// Waits for the leave of that client.
#[track_caller]
fn leaves(observer: &mut Client, id: &str) {
    loop {
        let left = observer.push().leave.and_then(|leave| leave.info);
        if left.is_some_and(|info| info.client == id) {
            return;
        }
    }
}
