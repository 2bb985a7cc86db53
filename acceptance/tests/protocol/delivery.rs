//! Publications to many, and to some who do not read.

use std::time::Duration;

use vestibule_acceptance::client::publication;
use vestibule_acceptance::flood::{block, number};
use vestibule_acceptance::patience::Stopwatch;
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Event, Server};

#[test]
fn five_hundred_subscribers_get_every_burst_whole_once_and_in_order() {
    const SUBSCRIBERS: usize = 500;
    const BURSTS: usize = 10;
    const BURST: usize = 8;
    let server = Server::start(Config::default());
    let subscriber = |index: usize| {
        let mut client = Client::connect(server.address, BOTH[index % 2], &format!("user-{index}"));
        client.subscribe("wide");
        client
    };
    let mut subscribers: Vec<_> = (0..SUBSCRIBERS).map(subscriber).collect();
    let mut publisher = Client::connect(server.address, Encoding::Json, "publisher");
    for burst in 0..BURSTS {
        publisher.ask((0..BURST).map(|n| publication("wide", &(burst * BURST + n).to_string())));
        for _ in 0..BURST {
            assert!(publisher.reply().publish.is_some(), "expected burst {burst} to be published");
        }
    }
    for (index, client) in subscribers.iter_mut().enumerate() {
        for n in 0..BURSTS * BURST {
            let data = client.publication().data;
            assert_eq!(data, n.to_string().as_bytes(), "subscriber {index} expected {n}; came: {data:?}");
        }
        client.peer.expect_nothing();
    }
}

#[test]
fn clients_see_each_other_whichever_worker_they_are_at() {
    const CLIENTS: usize = 24;
    let server = Server::start(Config::default());
    let client = |index| {
        let mut client = Client::connect(server.address, BOTH[index % 2], &format!("user-{index}"));
        client.subscribe("room:all");
        client
    };
    let mut clients: Vec<_> = (0..CLIENTS).map(client).collect();
    for (index, client) in clients.iter_mut().enumerate() {
        assert_eq!(client.presence("room:all").len(), CLIENTS, "client {index} expected to see all");
        client.publish("room:all", &index.to_string());
    }
    for (index, client) in clients.iter_mut().enumerate() {
        for n in 0..CLIENTS {
            let publication = client.publication();
            let offset = u64::try_from(n).unwrap() + 1;
            assert_eq!(publication.offset, offset, "client {index}: {publication:?}");
            assert_eq!(publication.data, n.to_string().as_bytes(), "client {index}: {publication:?}");
        }
    }
}

#[test]
fn a_peer_that_stops_reading_is_closed_as_slow_while_others_get_everything_without_delay() {
    const BLOCKS: usize = 1_500;
    let config =
        Config::default().set("client.queue_max_size", 262_144).set("websocket.write_timeout", "20s");
    let server = Server::start(config);
    let mut slow = Client::connect(server.address, Encoding::Json, "slow");
    slow.subscribe("flood");
    let mut quick: Vec<_> = (0..4)
        .map(|index| {
            let mut client = Client::connect(server.address, BOTH[index % 2], "quick");
            client.subscribe("flood");
            client
        })
        .collect();
    let mut publisher = Client::connect(server.address, Encoding::Json, "publisher");
    let mut longest = Duration::ZERO;
    for n in 0..BLOCKS {
        let watch = Stopwatch::start();
        publisher.publish("flood", &block(n));
        for (index, client) in quick.iter_mut().enumerate() {
            let came = number(&client.publication().data);
            assert_eq!(came, n, "quick client {index} expected block {n}; came: block {came}");
        }
        longest = longest.max(watch.elapsed());
    }
    assert!(longest < Duration::from_secs(5), "a slow peer held up the others for {longest:?}");

    let mut read = 0;
    let last = loop {
        match slow.peer.event() {
            Event::Text(message) => {
                for reply in slow.understand(message.as_bytes()) {
                    let publication =
                        reply.push.and_then(|push| push.r#pub).expect("nothing but publications");
                    assert_eq!(number(&publication.data), read, "the slow peer expected block {read}");
                    read += 1;
                }
            }
            other => break other,
        }
    };
    assert!(read < BLOCKS, "the slow peer was expected to miss something");
    let expected = Event::Close { code: Some(3008), reason: "slow".into() };
    assert_eq!(last, expected, "after {read} blocks");
}
