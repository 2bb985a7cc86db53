//! What was missed during a cut comes with the next subscription.

use vestibule_acceptance::client::{Publication, publication, subscription};
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Server};

fn numbers(publications: &[Publication]) -> Vec<(u64, String)> {
    let read = |publication: &Publication| {
        (publication.offset, String::from_utf8_lossy(&publication.data).into_owned())
    };
    publications.iter().map(read).collect()
}

#[test]
fn what_was_published_during_a_cut_comes_with_the_subscription_once_and_in_order() {
    let server = Server::start(Config::default());
    let mut publisher = Client::connect(server.address, Encoding::Json, "publisher");
    for (index, encoding) in BOTH.into_iter().enumerate() {
        let channel = format!("room:cut-{index}");
        let mut client = Client::connect(server.address, encoding, "ann");
        let first = client.subscribe(&channel);
        assert!(first.recoverable && first.positioned, "expected a recoverable channel; came: {first:?}");
        for n in 1..=3 {
            publisher.publish(&channel, &n.to_string());
        }
        let last = (0..3).map(|_| client.publication().offset).last();
        assert_eq!(last, Some(3), "in {encoding:?}");
        client.peer.cut();
        for n in 4..=8 {
            publisher.publish(&channel, &n.to_string());
        }

        let mut client = Client::connect(server.address, encoding, "ann");
        let result = client.recover(&channel, 3, &first.epoch);
        assert!(result.recovered && result.was_recovering, "in {encoding:?}: {result:?}");
        let expected: Vec<_> = (4..=8).map(|n: u64| (n, n.to_string())).collect();
        assert_eq!(numbers(&result.publications), expected, "in {encoding:?}");
        publisher.publish(&channel, "9");
        assert_eq!(numbers(&[client.publication()]), [(9, "9".to_owned())], "in {encoding:?}");
    }
}

#[test]
fn a_position_in_another_epoch_is_not_recovered() {
    let server = Server::start(Config::default());
    for encoding in BOTH {
        let mut client = Client::connect(server.address, encoding, "ann");
        client.publish("room:epoch", "1");
        let result = client.recover("room:epoch", 1, "not-this-epoch");
        assert!(!result.recovered && result.was_recovering, "in {encoding:?}: {result:?}");
        assert!(result.publications.is_empty(), "in {encoding:?}: {result:?}");
    }
}

#[test]
fn a_position_that_history_no_longer_reaches_is_not_recovered() {
    let server = Server::start(Config::default());
    let mut client = Client::connect(server.address, Encoding::Protobuf, "ann");
    let first = client.subscribe("room:long");
    client.ask((0..1_010).map(|n| publication("room:long", &n.to_string())));
    for _ in 0..1_010 {
        client.reply();
    }
    let mut late = Client::connect(server.address, Encoding::Protobuf, "bob");
    let result = late.recover("room:long", 5, &first.epoch);
    assert!(
        !result.recovered,
        "expected not to be recovered; came: {} publications",
        result.publications.len()
    );
    assert_eq!(result.offset, 1_010, "expected to be told the top");
}

#[test]
fn a_client_that_is_cut_again_and_again_while_others_publish_misses_nothing_and_sees_nothing_twice() {
    const CUTS: u64 = 20;
    const BURST: u64 = 12;
    let server = Server::start(Config::default());
    let mut publisher = Client::connect(server.address, Encoding::Json, "publisher");
    for (index, encoding) in BOTH.into_iter().enumerate() {
        let channel = format!("room:storm-{index}");
        let mut seen: Vec<(u64, String)> = Vec::new();
        let mut client = Client::connect(server.address, encoding, "ann");
        let epoch = client.subscribe(&channel).epoch;
        for cut in 0..CUTS {
            // Some of a burst is seen live, the rest goes by while the client is away or on its way back.
            let burst = cut * BURST..(cut + 1) * BURST;
            publisher.ask(burst.map(|n| publication(&channel, &(n + 1).to_string())));
            for _ in 0..cut % 5 {
                seen.extend(numbers(&[client.publication()]));
            }
            client.peer.cut();
            client = Client::connect(server.address, encoding, "ann");
            let offset = seen.last().map_or(0, |(offset, _)| *offset);
            let result = client.recover(&channel, offset, &epoch);
            assert!(
                result.recovered,
                "{encoding:?}, cut {cut}: expected to be recovered from {offset}; came: {result:?}"
            );
            seen.extend(numbers(&result.publications));
        }
        let total = CUTS * BURST;
        while seen.len() < usize::try_from(total).unwrap() {
            seen.extend(numbers(&[client.publication()]));
        }
        let expected: Vec<_> = (1..=total).map(|n| (n, n.to_string())).collect();
        assert_eq!(seen, expected, "in {encoding:?}");
        for _ in 0..total {
            publisher.reply();
        }
    }
}

#[test]
fn a_first_subscription_is_told_where_the_stream_stands() {
    let server = Server::start(Config::default());
    let mut client = Client::connect(server.address, Encoding::Json, "ann");
    client.publish("room:top", "1");
    client.publish("room:top", "2");
    let result = client.subscribe_with(subscription("room:top"));
    assert_eq!(result.offset, 2, "came: {result:?}");
    assert!(!result.epoch.is_empty() && result.publications.is_empty(), "came: {result:?}");
    assert_eq!(numbers(&client.history("room:top")), [(1, "1".to_owned()), (2, "2".to_owned())]);
}
