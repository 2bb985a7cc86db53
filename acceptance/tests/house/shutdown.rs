//! The house goes away: everybody is told, nobody comes in, and it ends within its time.

use std::net::TcpStream;
use std::time::Duration;

use vestibule_acceptance::patience::{Stopwatch, until};
use vestibule_acceptance::process::Signal;
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Event, Peer, Server};

fn house() -> Server {
    Server::house(Config::default().set("shutdown.timeout", "20s"))
}

fn guests(server: &Server, count: usize) -> Vec<Client> {
    let guest = |index: usize| {
        let mut client = Client::connect(server.address, BOTH[index % 2], &format!("user-{index}"));
        client.subscribe("news");
        client
    };
    (0..count).map(guest).collect()
}

fn shutdown() -> Event {
    Event::Close { code: Some(3001), reason: "shutdown".into() }
}

#[test]
fn on_sigterm_every_client_is_told_3001_and_the_process_ends_with_0() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = house();
        let mut guests = guests(&server, 40);
        server.process.signal(signal);
        for guest in &mut guests {
            guest.peer.expect(&shutdown());
            guest.peer.close(Some(3001));
            guest.peer.expect(&Event::End);
        }
        let status = server.process.end();
        assert_eq!(status.code(), Some(0), "on {signal:?}: {status}");
    }
}

#[test]
fn a_sighup_that_comes_from_no_terminal_changes_nothing_and_says_so() {
    let mut server = house();
    let mut guest = Client::connect(server.address, Encoding::Json, "ann");
    server.process.signal(Signal::HUP);
    server
        .process
        .hears("that nothing is reloaded", |said| said.contains("SIGHUP changes nothing").then_some(()));
    guest.subscribe("news");
    server.process.signal(Signal::TERM);
    guest.peer.expect(&shutdown());
    guest.peer.close(Some(3001));
    assert_eq!(server.process.end().code(), Some(0));
}

#[test]
fn a_client_that_has_not_connected_yet_is_told_too() {
    let mut server = house();
    let mut newcomer = Peer::enter(server.address);
    newcomer.expect_nothing();
    server.process.signal(Signal::TERM);
    newcomer.expect_goodbye(3001, "shutdown");
    assert_eq!(server.process.end().code(), Some(0));
}

#[test]
fn what_waits_for_a_client_is_sent_before_the_goodbye() {
    let server = house();
    let mut guests = guests(&server, 2);
    for n in 0..100 {
        guests[0].publish("news", &n.to_string());
    }
    server.process.signal(Signal::TERM);
    for n in 0..100 {
        let data = guests[1].publication().data;
        assert_eq!(data, n.to_string().as_bytes(), "expected {n}; came: {data:?}");
    }
    guests[1].peer.expect(&shutdown());
}

#[test]
fn nobody_comes_in_while_the_house_closes() {
    let mut server = house();
    // Who does not answer the goodbye keeps the house waiting.
    let mut silent = Client::connect(server.address, Encoding::Json, "silent");
    server.process.signal(Signal::TERM);
    silent.peer.expect(&shutdown());
    until("the port is closed", || TcpStream::connect(server.address).is_err().then_some(()));
    assert!(!server.process.has_ended(), "the house was expected to wait for the silent client");
    silent.peer.close(Some(3001));
    silent.peer.expect(&Event::End);
    assert_eq!(server.process.end().code(), Some(0));
}

#[test]
fn a_client_that_never_answers_does_not_keep_the_house_beyond_its_time() {
    let mut server = Server::house(Config::default().set("shutdown.timeout", "1s"));
    let mut silent = Client::connect(server.address, Encoding::Json, "silent");
    let watch = Stopwatch::start();
    server.process.signal(Signal::TERM);
    silent.peer.expect(&shutdown());
    let status = server.process.end();
    assert!(
        watch.elapsed() < Duration::from_secs(4),
        "expected the end after a second; it took {:?}",
        watch.elapsed()
    );
    assert_eq!(status.code(), Some(0), "{status}");
}

#[test]
fn a_second_sigterm_ends_the_house_at_once_unless_it_came_with_the_first() {
    let mut server = house();
    let mut silent = Client::connect(server.address, Encoding::Json, "silent");
    server.process.signal(Signal::TERM);
    silent.peer.expect(&shutdown());
    server.process.signal(Signal::TERM);
    server
        .process
        .hears("that it was told twice", |said| said.contains("told to end twice at once").then_some(()));
    // Whenever that is over, the next one is the second.
    until("the house ends", || {
        server.process.signal(Signal::TERM);
        server.process.has_ended().then_some(())
    });
    assert_eq!(server.process.end().code(), Some(1), "expected no end but the one without a goodbye");
}
