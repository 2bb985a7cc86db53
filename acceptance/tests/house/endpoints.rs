//! What an operator's machines ask.

use std::io::Write;

use vestibule_acceptance::config::API_KEY;
use vestibule_acceptance::http::{dial, get, post, receive};
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Server};

#[test]
fn a_house_that_stands_says_that_it_is_alive_ready_and_well() {
    let server = Server::house(Config::default());
    for path in ["/livez", "/readyz", "/health"] {
        let answer = get(server.address, path);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
    assert_eq!(get(server.address, "/health").body.trim(), "{}");
}

#[test]
fn metrics_count_what_happens() {
    let server = Server::house(Config::default().set("prometheus.enabled", true));
    let _client = Client::connect(server.address, Encoding::Json, "ann");
    let answer = get(server.address, "/metrics");
    assert_eq!(answer.status, 200, "{answer:?}");
    let lines = answer.body.lines().filter(|line| !line.starts_with('#'));
    let connections: Vec<_> = lines.filter(|line| line.contains("connection")).collect();
    let counted = connections.iter().any(|line| line.ends_with(" 1"));
    assert!(counted, "expected one connection to be counted; came:\n{}", answer.body);
}

#[test]
fn a_publication_of_the_server_api_reaches_subscribers_at_every_worker() {
    let server = Server::house(Config::default());
    let mut clients: Vec<_> = (0..16)
        .map(|index| {
            let mut client = Client::connect(server.address, BOTH[index % 2], "ann");
            client.subscribe("news");
            client
        })
        .collect();
    let answer =
        post(server.address, "/api/publish", API_KEY, r#"{"channel":"news","data":{"from":"backend"}}"#);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body.contains("result"), "{answer:?}");
    for client in &mut clients {
        assert_eq!(&client.publication().data[..], br#"{"from":"backend"}"#);
    }
}

#[test]
fn the_server_api_is_closed_to_whoever_has_no_key() {
    let server = Server::house(Config::default());
    for key in ["", "wrong", "acceptance-api-ke"] {
        let answer = post(server.address, "/api/publish", key, r#"{"channel":"news","data":1}"#);
        assert_eq!(answer.status, 401, "with {key:?}: {answer:?}");
    }
}

#[test]
fn a_path_that_leads_nowhere_is_answered_with_404_on_the_same_connection() {
    let server = Server::house(Config::default());
    let mut stream = dial(server.address);
    for _ in 0..3 {
        stream.write_all(b"GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
        let answer = receive(&mut stream).expect("an answer");
        assert_eq!(answer.status, 404, "{answer:?}");
    }
}
