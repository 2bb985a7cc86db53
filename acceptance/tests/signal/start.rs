//! How it is started: by variables, by a `.env` file, and not at all when something is wrong with them.

use std::fs;
use std::net::SocketAddr;

use serde_json::json;
use vestibule_acceptance::config::Folder;
use vestibule_acceptance::patience::unix_now;
use vestibule_acceptance::process::{Process, Signal};
use vestibule_acceptance::signal::{ADMIN_SECRET, SignalServer, command, keys, message};
use vestibule_acceptance::{Peer, http, port, program};
use vestibule_auth::issue::{GenerateKind, GeneratedKey, Head, SigningKey};

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
        ("nonsense", &public, "(PRIVATE_KEY_JWK)"),
        (&public, &public, "(PRIVATE_KEY_JWK)"),
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
fn what_is_wrong_is_named_as_it_was_written() {
    for (name, value, others) in [
        ("PORT", "70000", &[][..]),
        ("PORT", "abc", &[]),
        ("SIGNAL_MAX_TTL", "1y", &[]),
        ("SIGNAL_ROOMLESS", "none", &[]),
        ("SIGNAL_REGISTER_GRACE", "soon", &[]),
        ("CONSUMER_PUBLIC_KEY_JWK", "no key\n at all", &[]),
        ("SIGNAL_TURN_URLS", "http://x, turn:a", &[("SIGNAL_TURN_SECRET", "shared")]),
        ("SIGNAL_TURN_URLS", "turn:", &[("SIGNAL_TURN_SECRET", "shared")]),
    ] {
        let said = refused(&[&[("AUTH_DISABLED", "true"), (name, value)], others].concat());
        assert!(said.contains(&format!("({name})")) && !said.contains("--"), "{name}={value}: {said}");
        assert_eq!(said.lines().count(), 1, "{name}={value}: {said}");
    }
}

#[test]
fn a_providers_key_may_be_folded_and_its_issuer_has_commas_if_it_likes() {
    let key = GeneratedKey::new(GenerateKind::P256, None).unwrap();
    let public = key.base64_public_jwk().unwrap();
    let folded: Vec<_> = public.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect();
    let server = SignalServer::with(&[
        ("CONSUMER_PUBLIC_KEY_JWK", &folded.join("\n")),
        ("CONSUMER_ISSUER", "https://idp.example/a,b"),
        ("CONSUMER_AUDIENCE", "my app"),
    ]);
    let signer = SigningKey::read(key.private_jwk().reveal(), None).unwrap();
    for (issuer, expected) in
        [("https://idp.example/a,b", "server-list"), ("https://idp.example/a", "auth-err")]
    {
        let payload = json!({ "iss": issuer, "aud": "my app", "sub": "c", "exp": unix_now().0 + 60 });
        let token = signer.sign(Head::default(), &payload.to_string());
        let mut peer = server.knock("room=r&nodeId=c");
        peer.text(&json!({ "type": "register", "role": "consumer", "token": token }).to_string());
        assert_eq!(message(&mut peer)["type"], expected, "{issuer}");
    }
}

#[test]
fn pings_without_a_missing_pong_are_refused() {
    let said = refused(&[("AUTH_DISABLED", "true"), ("VESTIBULE_SIGNAL__PING_INTERVAL", "1s")]);
    assert!(said.contains("signal.pong_timeout"), "{said}");
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
    let by_our_name = SignalServer::with(&[("VESTIBULE_SIGNAL__INSECURE", "true")]);
    let said = by_our_name.process.said();
    assert!(said.contains("(auth: DISABLED)") && !said.contains("will be refused"), "{said}");
}

/// A door that is set up by a file beside it alone.
fn by_file(text: &str) -> (Process, SocketAddr, Folder) {
    let (folder, address) = (Folder::default(), port::free());
    fs::write(folder.file(".env"), text).unwrap();
    let mut house = command(&folder);
    house.env("PORT", format!("{}abc", address.port()));
    let process = Process::start(house);
    process.hears("that it runs", |said| said.contains("Signaling server running").then_some(()));
    (process, address, folder)
}

#[test]
fn a_file_beside_it_counts_and_a_variable_wins_over_it() {
    let (private, public) = keys();
    let text = format!(
        "# keys\nPRIVATE_KEY_JWK={private}\nPUBLIC_KEY_JWK=\"{public}\"\nADMIN_SECRET=of-the-file-of-the-file\nPORT=1\n"
    );
    let (_process, address, _folder) = by_file(&text);
    assert_eq!(http::get(address, "/public-key").status, 200);
}

#[test]
fn a_file_is_taken_to_the_letter() {
    let (private, public) = keys();
    let keys = format!("PRIVATE_KEY_JWK={private}\nPUBLIC_KEY_JWK={public}\n");
    for (written, secret) in [
        ("correct horse battery staple", "correct horse battery staple"),
        ("pa$word-long-enough", "pa$word-long-enough"),
        ("\"pa${HOME}word-long-enough\" # quoted", "pa${HOME}word-long-enough"),
        (r"abc\def\ghi-long-enough", r"abc\def\ghi-long-enough"),
        ("it's-long-enough-it-is", "it's-long-enough-it-is"),
    ] {
        let (_process, address, _folder) = by_file(&format!("{keys}ADMIN_SECRET={written}\n"));
        let request = format!(
            "POST /token HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Admin-Secret: {secret}\r\n\
             Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{{\"ttl\":\"1h\"}}"
        );
        assert_eq!(http::exchange(address, request.as_bytes()).unwrap().status, 201, "{written}");
    }
}

#[test]
fn a_list_in_the_file_may_have_spaces_and_shuts_out_what_it_does_not_name() {
    let origins = "VESTIBULE_SIGNAL__ALLOWED_ORIGINS=https://app.example, https://www.example";
    let (_process, address, _folder) = by_file(&format!("AUTH_DISABLED=true\n{origins}\n"));
    let knock = |origin| Peer::knock(address, "/signal?room=r", &[("Origin", origin)]).err();
    assert_eq!(knock("https://www.example"), None);
    assert_eq!(knock("https://evil.example"), Some(403));
}

#[test]
fn a_line_of_the_file_that_says_nothing_stops_the_start() {
    let folder = Folder::default();
    fs::write(folder.file(".env"), "AUTH_DISABLED=true\n✓ A pair of keys\nADMIN_SECRET='it's-secret'\n")
        .unwrap();
    let mut process = Process::start(command(&folder));
    assert_eq!(process.end().code(), Some(1));
    let said = process.said();
    assert!(said.contains(".env, line 2: ") && said.contains(".env, line 3: "), "{said}");
    assert!(said.lines().count() == 2 && !said.contains("secret'"), "{said}");
    fs::remove_file(folder.file(".env")).unwrap();
    fs::create_dir(folder.file(".env")).unwrap();
    let mut process = Process::start(command(&folder));
    assert_eq!(process.end().code(), Some(1));
    assert!(process.said().contains("cannot read .env"), "{}", process.said());
}

#[test]
fn what_keygen_prints_is_the_file_and_what_it_says_beside_is_for_people() {
    let made = program::house().args(["signal", "keygen"]).output().unwrap();
    let lines = String::from_utf8(made.stdout).unwrap();
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(String::from_utf8_lossy(&made.stderr).contains("secret"));
    let (_process, address, _folder) = by_file(&format!("{lines}ADMIN_SECRET={ADMIN_SECRET}\n"));
    assert_eq!(http::get(address, "/public-key").status, 200);
}

#[test]
fn a_port_of_the_systems_choice_is_told() {
    let folder = Folder::default();
    let mut house = command(&folder);
    house.envs([("AUTH_DISABLED", "true"), ("PORT", "0")]);
    let process = Process::start(house);
    let port: u16 = process.hears("on which port it runs", |said| {
        let (_, rest) = said.split_once("running on port ")?;
        rest.split_once(' ')?.0.parse().ok()
    });
    assert_eq!(http::get(([127, 0, 0, 1], port).into(), "/health").status, 200);
}

#[test]
fn told_to_end_it_tells_its_peers_to_come_back_and_ends_well() {
    let mut server = SignalServer::start();
    let (mut peer, _) = server.enter("room", "a");
    server.process.signal(Signal::TERM);
    assert_eq!(message(&mut peer)["type"], "reconnect");
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
