//! How it is started: by variables, by a `.env` file, and not at all when something is wrong with them.

use std::fs;

use vestibule_acceptance::config::Folder;
use vestibule_acceptance::process::{Process, Signal};
use vestibule_acceptance::signal::{ADMIN_SECRET, SignalServer, command, keys};
use vestibule_acceptance::{http, port};

/// Starts a door that should not open, and gives what it said.
#[track_caller]
fn refused(variables: &[(&str, &str)]) -> String {
    let folder = Folder::default();
    let mut house = command(&folder);
    house.envs(variables.iter().copied());
    let mut process = Process::start(house);
    let status = process.end();
    let said = process.said();
    assert_eq!(status.code(), Some(1), "it said:\n{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn what_is_missing_is_named_in_one_order() {
    let said = refused(&[]);
    assert!(
        said.contains("Missing required env vars: ADMIN_SECRET, PRIVATE_KEY_JWK, PUBLIC_KEY_JWK"),
        "{said}"
    );
    assert!(said.contains("keygen") && said.contains("AUTH_DISABLED"), "{said}");
    assert_eq!(said.lines().count(), 3, "{said}");
    let said = refused(&[("ADMIN_SECRET", "s"), ("PUBLIC_KEY_JWK", "")]);
    assert!(said.contains("Missing required env vars: PRIVATE_KEY_JWK, PUBLIC_KEY_JWK"), "{said}");
    for value in ["1", "TRUE", "yes"] {
        assert!(refused(&[("AUTH_DISABLED", value)]).contains("Missing required"), "{value}");
    }
}

#[test]
fn keys_that_cannot_work_are_refused_with_the_reason_and_not_repeated() {
    let (private, public) = keys();
    let (_, other) = keys();
    let mut said = Vec::new();
    for (private, public, reason) in [
        (private.as_str(), other.as_str(), "another"),
        (&private, &private, "private key"),
        ("nonsense", &public, "signal.private_key"),
        (&public, &public, "signal.private_key"),
    ] {
        let why = refused(&[
            ("ADMIN_SECRET", ADMIN_SECRET),
            ("PRIVATE_KEY_JWK", private),
            ("PUBLIC_KEY_JWK", public),
        ]);
        assert!(why.contains(reason), "{why}");
        said.push(why);
    }
    assert!(said.iter().all(|said| !said.contains(&private[60..])), "a key is repeated");
}

#[test]
fn pings_without_a_missing_pong_are_refused() {
    let said = refused(&[("AUTH_DISABLED", "true"), ("VESTIBULE_SIGNAL__PING_INTERVAL", "1s")]);
    assert!(said.contains("signal.ping_interval"), "{said}");
}

#[test]
fn a_port_that_is_none_or_taken_is_refused() {
    assert!(refused(&[("AUTH_DISABLED", "true"), ("PORT", "abc")]).contains("PORT"));
    let address = port::free();
    let _other = std::net::TcpListener::bind(("0.0.0.0", address.port())).unwrap();
    let port = address.port().to_string();
    assert!(refused(&[("AUTH_DISABLED", "true"), ("PORT", &port)]).contains(&port));
}

#[test]
fn it_says_that_it_runs_and_what_is_unwise() {
    let server = SignalServer::with(&[("ADMIN_SECRET", "short")]);
    let said = server.process.said();
    let ready = format!("Signaling server running on port {} (auth: enabled)", server.address.port());
    assert!(said.contains(&ready), "{said}");
    assert!(said.contains("CONSUMER_PUBLIC_KEY_JWK"), "consumers will be refused: {said}");
    assert!(said.contains("can be guessed") && !said.contains("short\""), "{said}");
    let open = SignalServer::of(&[("AUTH_DISABLED", "true")]);
    let said = open.process.said();
    assert!(said.contains("(auth: DISABLED)") && said.contains("AUTH_DISABLED=true"), "{said}");
}

#[test]
fn a_file_beside_it_counts_and_a_variable_wins_over_it() {
    let (private, public) = keys();
    let (folder, address) = (Folder::default(), port::free());
    let text = format!(
        "# keys\nPRIVATE_KEY_JWK={private}\nPUBLIC_KEY_JWK=\"{public}\"\nADMIN_SECRET=of-the-file-of-the-file\nPORT=1\n"
    );
    fs::write(folder.file(".env"), text).unwrap();
    let mut house = command(&folder);
    house.env("PORT", format!("{}abc", address.port()));
    let process = Process::start(house);
    process.hears("that it runs", |said| said.contains("Signaling server running").then_some(()));
    assert_eq!(http::get(address, "/public-key").status, 200);
}

#[test]
fn told_to_end_it_tells_its_peers_to_come_back_and_ends_well() {
    let mut server = SignalServer::start();
    let (mut peer, _) = server.enter("room", "a");
    server.process.signal(Signal::TERM);
    assert_eq!(vestibule_acceptance::signal::message(&mut peer)["type"], "reconnect");
    peer.expect_goodbye(1012, "service restart");
    assert_eq!(server.process.end().code(), Some(0));
}

#[test]
fn live_ready_and_counted() {
    let server = SignalServer::start();
    let (_peer, _) = server.enter("room", "a");
    for path in ["/livez", "/readyz"] {
        assert_eq!(http::get(server.address, path).status, 200, "{path}");
    }
    let metrics = http::get(server.address, "/metrics").body;
    for line in ["vestibule_room_members 1", "vestibule_rooms{members=\"1\"} 1"] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }
}
