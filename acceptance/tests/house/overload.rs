//! Peers that do not read cost a bounded amount, and nobody else anything.

use std::io::Write;
use std::time::Duration;

use vestibule_acceptance::client::{Request, publication};
use vestibule_acceptance::flood::{block, number};
use vestibule_acceptance::patience::Stopwatch;
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Event, Server};
use vestibule_doors::centrifuge::wire::HistoryRequest;

#[test]
fn a_peer_whose_socket_takes_nothing_for_too_long_is_closed_with_3009() {
    let config =
        Config::default().set("client.queue_max_size", 256 << 20).set("websocket.write_timeout", "2s");
    let server = Server::house(config);
    let mut observer = Client::connect(server.address, Encoding::Json, "observer");
    observer.subscribe("room:stuck");
    let mut stuck = Client::connect(server.address, Encoding::Json, "stuck");
    stuck.subscribe("flood");
    stuck.subscribe("room:stuck");
    let mut publisher = Client::connect(server.address, Encoding::Json, "publisher");
    // More than the kernel keeps for a connection, less than the house would.
    for n in 0..1_000 {
        publisher.publish("flood", &block(n));
    }
    let watch = Stopwatch::start();
    loop {
        let left = observer.push().leave.and_then(|leave| leave.info);
        if left.is_some_and(|info| info.client == stuck.id) {
            break;
        }
    }
    assert!(watch.elapsed() < Duration::from_secs(10), "it was closed only after {:?}", watch.elapsed());
    let last = loop {
        match stuck.peer.event() {
            Event::Text(_) => {}
            other => break other,
        }
    };
    assert_eq!(last, Event::Close { code: Some(3009), reason: "write error".into() });
}

#[test]
fn memory_is_bounded_while_twenty_peers_that_do_not_read_are_flooded() {
    const SLOW: usize = 20;
    const BLOCKS: usize = 4_000;
    const QUEUE: u64 = 1 << 20;
    /// Buffers on the way, and what an allocator keeps.
    const MARGIN: u64 = 32 << 20;
    let server = Server::house(Config::default().set("websocket.write_timeout", "20s"));
    let slow: Vec<_> = (0..SLOW)
        .map(|index| {
            let mut client = Client::connect(server.address, BOTH[index % 2], "slow");
            client.subscribe("flood");
            client
        })
        .collect();
    let mut quick = Client::connect(server.address, Encoding::Protobuf, "quick");
    quick.subscribe("flood");
    let mut publisher = Client::connect(server.address, Encoding::Json, "publisher");
    let before = server.process.memory("VmRSS") << 10;
    for first in (0..BLOCKS).step_by(2) {
        publisher.ask([publication("flood", &block(first)), publication("flood", &block(first + 1))]);
        for n in [first, first + 1] {
            let came = number(&quick.publication().data);
            assert_eq!(came, n, "the quick client expected block {n}; came: block {came}");
            assert!(publisher.reply().publish.is_some(), "expected block {n} to be published");
        }
    }
    let peak = server.process.memory("VmHWM") << 10;
    let bound = before + u64::try_from(SLOW).unwrap() * QUEUE + MARGIN;
    assert!(
        peak <= bound,
        "expected at most {bound} bytes with {SLOW} slow peers; it was {peak}, and {before} before"
    );
    drop(slow);
}

#[test]
fn a_peer_that_sends_without_reading_its_answers_is_held_back_or_closed() {
    const MARGIN: u64 = 32 << 20;
    let server = Server::house(Config::default());
    let mut greedy = Client::connect(server.address, Encoding::Json, "greedy");
    for n in 0..64 {
        greedy.publish("room:kept", &block(n));
    }
    let before = server.process.memory("VmRSS") << 10;
    let message = {
        let all = HistoryRequest { channel: "room:kept".into(), limit: -1, ..HistoryRequest::default() };
        let message = greedy.message((0..500).map(|_| Request::History(all.clone())));
        greedy.frame(&message)
    };
    // Each asks for 500 megabytes of answers, of which none is read.
    greedy.peer.stream().set_write_timeout(Some(Duration::from_secs(2))).unwrap();
    for _ in 0..20 {
        if greedy.peer.stream().write_all(&message).is_err() {
            break;
        }
    }
    let mut other = Client::connect(server.address, Encoding::Protobuf, "other");
    other.subscribe("news");
    let watch = Stopwatch::start();
    other.publish("news", "1");
    assert!(watch.elapsed() < Duration::from_secs(5), "another client was held up for {:?}", watch.elapsed());
    let peak = server.process.memory("VmHWM") << 10;
    assert!(peak <= before + MARGIN, "expected at most {MARGIN} bytes more than {before}; it was {peak}");
}
