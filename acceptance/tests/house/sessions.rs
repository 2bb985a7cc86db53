//! Tokens that are good no longer: their connections end at once, nobody comes in with them, and nobody else notices.

use std::time::Duration;

use serde_json::Value;
use vestibule_acceptance::client::{Request, subscription, with_token};
use vestibule_acceptance::config::{API_KEY, Folder};
use vestibule_acceptance::http::{get, post};
use vestibule_acceptance::patience::{Stopwatch, unix_now};
use vestibule_acceptance::token::{draft, for_channel, saying};
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Server};
use vestibule_doors::centrifuge::wire::{RefreshRequest, SubscribeRequest};

/// Whoever is revoked has to be gone after this.
const AT_ONCE: Duration = Duration::from_secs(1);

/// All tokens but fresh ones were issued so many seconds ago.
const AGE: i64 = 100;

const EXPIRED: (u16, &str) = (3005, "connection expired");
const INVALID: (u16, &str) = (3500, "invalid token");

#[track_caller]
fn api(server: &Server, method: &str, body: &str) -> Value {
    let answer = post(server.address, &format!("/api/{method}"), API_KEY, body);
    let mut answer: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(answer["error"].is_null(), "{method} {body}: {answer}");
    answer["result"].take()
}

fn token(user: &str, id: &str, session: &str) -> String {
    saying(&draft(user, id, session), AGE)
}

#[track_caller]
fn enter(server: &Server, encoding: Encoding, user: &str, id: &str, session: &str) -> Client {
    Client::connect_with(server.address, encoding, token(user, id, session))
}

/// What a client is told that wants to connect with that token: an error of the reply, or a goodbye.
#[track_caller]
fn refused(client: &mut Client, token: String, healed: bool) {
    if healed {
        let reply = client.call(with_token(token));
        assert_eq!(
            reply.error.map(|error| error.code),
            Some(109),
            "a client with a source of tokens asks it"
        );
    } else {
        client.ask([with_token(token)]);
        client.peer.expect_goodbye(INVALID.0, INVALID.1);
    }
}

/// Still there, and served.
#[track_caller]
fn is_well(client: &mut Client) {
    client.publish("news", "1");
}

#[test]
fn every_kind_of_revocation_ends_open_sockets_within_a_second_and_keeps_their_tokens_out() {
    let then = unix_now().0 - AGE;
    for (index, (method, body, concerned, healed)) in [
        ("revoke", r#"{"token":"t1"}"#.to_owned(), [true, false, false], true),
        ("revoke", r#"{"session":"s1"}"#.to_owned(), [true, true, false], false),
        ("revoke", format!(r#"{{"user":"ann","before":{}}}"#, then + 60), [true, true, false], true),
        ("revoke", format!(r#"{{"organisation":true,"before":{}}}"#, then + 60), [true, true, true], true),
        ("block_user", r#"{"user":"ann"}"#.to_owned(), [true, true, false], false),
    ]
    .into_iter()
    .enumerate()
    {
        let server = Server::house(Config::default());
        let who = [("ann", "t1", "s1"), ("ann", "t2", "s1"), ("bob", "t3", "s3")];
        let encoding = BOTH[index % 2];
        let mut clients = who.map(|(user, id, session)| enter(&server, encoding, user, id, session));
        let stopwatch = Stopwatch::start();
        api(&server, method, &body);
        let (code, reason) = if healed { EXPIRED } else { INVALID };
        for (client, _) in clients.iter_mut().zip(concerned).filter(|(_, concerned)| *concerned) {
            client.peer.expect_goodbye(code, reason);
        }
        assert!(stopwatch.elapsed() < AT_ONCE, "{body}: it took {:?}", stopwatch.elapsed());
        for ((client, (user, id, session)), concerned) in clients.iter_mut().zip(who).zip(concerned) {
            if concerned {
                let mut again = Client::enter(server.address, encoding);
                refused(&mut again, token(user, id, session), healed);
            } else {
                is_well(client);
                is_well(&mut enter(&server, encoding, user, id, session));
            }
        }
    }
}

#[test]
fn a_user_whose_tokens_were_revoked_comes_in_with_a_fresh_one_and_a_blocked_one_does_not() {
    let server = Server::house(Config::default());
    let fresh = || saying(&draft("ann", "fresh", "s"), 0);
    api(&server, "revoke", &format!(r#"{{"user":"ann","before":{}}}"#, unix_now().0 - AGE / 2));
    refused(&mut Client::enter(server.address, Encoding::Json), token("ann", "t", "s"), true);
    is_well(&mut Client::connect_with(server.address, Encoding::Json, fresh()));
    api(&server, "block_user", r#"{"user":"ann","ttl":600}"#);
    refused(&mut Client::enter(server.address, Encoding::Json), fresh(), false);
    api(&server, "unblock_user", r#"{"user":"ann"}"#);
    is_well(&mut Client::connect_with(server.address, Encoding::Json, fresh()));
}

#[test]
fn a_connection_that_has_not_said_yet_who_it_is_cannot_say_it_with_a_revoked_token() {
    let server = Server::house(Config::default());
    let mut newcomer = Client::enter(server.address, Encoding::Json);
    api(&server, "revoke", r#"{"session":"s"}"#);
    refused(&mut newcomer, token("ann", "t", "s"), false);
}

/// Revocations and connects pass each other in every order; whoever is in at the end has to be thrown out.
#[test]
fn nobody_slips_through_while_he_is_connecting() {
    let server = Server::house(Config::default());
    for round in 0..40 {
        let session = format!("s{round}");
        let mut newcomers: Vec<_> =
            (0..4).map(|index| Client::enter(server.address, BOTH[index % 2])).collect();
        for newcomer in &mut newcomers {
            newcomer.ask([with_token(token("ann", "t", &session))]);
        }
        api(&server, "revoke", &format!(r#"{{"session":"{session}"}}"#));
        for newcomer in &mut newcomers {
            newcomer.expect_close_after_anything();
        }
    }
}

#[test]
fn a_connection_cannot_be_refreshed_with_a_revoked_token_and_goes_on_with_a_good_one() {
    let server = Server::house(Config::default());
    let refresh = |id| Request::Refresh(RefreshRequest { token: token("ann", id, "s") });
    api(&server, "revoke", r#"{"token":"bad"}"#);
    let mut client = enter(&server, Encoding::Json, "ann", "first", "s");
    client.call(refresh("second")).refresh.expect("a good token");
    api(&server, "revoke", r#"{"token":"first"}"#);
    is_well(&mut client);
    client.ask([refresh("bad")]);
    client.peer.expect_goodbye(EXPIRED.0, EXPIRED.1);
    let mut other = enter(&server, Encoding::Json, "ann", "third", "s");
    other.call(refresh("fourth")).refresh.expect("a good token");
    api(&server, "revoke", r#"{"token":"fourth"}"#);
    other.peer.expect_goodbye(EXPIRED.0, EXPIRED.1);
}

#[test]
fn nobody_subscribes_with_a_revoked_subscription_token() {
    let server = Server::house(Config::default());
    let mut client = enter(&server, Encoding::Json, "ann", "t", "s");
    let wish = || {
        let token = for_channel("ann", "news", "ticket");
        Request::Subscribe(SubscribeRequest { token, ..subscription("news") })
    };
    api(&server, "revoke", r#"{"token":"ticket"}"#);
    assert_eq!(client.call(wish()).error.map(|error| error.code), Some(109));
    api(&server, "remove_revocation", r#"{"id":1}"#);
    client.call(wish()).subscribe.expect("the token is good again");
}

#[test]
fn a_subscription_ends_within_a_second_when_its_token_is_revoked_and_the_connection_stays() {
    for (index, (body, code)) in
        [(r#"{"token":"ticket"}"#, 2501), (r#"{"session":"elsewhere"}"#, 2000)].into_iter().enumerate()
    {
        let server = Server::house(Config::default());
        let mut client = enter(&server, BOTH[index % 2], "ann", "t", "s");
        let draft = draft("ann", "ticket", "elsewhere").with("channel", "news");
        let token = saying(&draft, AGE);
        let wish = Request::Subscribe(SubscribeRequest { token, ..subscription("news") });
        client.call(wish.clone()).subscribe.expect("a good token");
        let stopwatch = Stopwatch::start();
        api(&server, "revoke", body);
        let push = client.push().unsubscribe.expect("the end of the subscription");
        assert_eq!(push.code, code);
        assert!(stopwatch.elapsed() < AT_ONCE, "{body}: it took {:?}", stopwatch.elapsed());
        client.call(wish).error.expect("the token is good no longer");
        is_well(&mut client);
    }
}

#[test]
fn a_token_that_has_no_end_is_revoked_for_ever() {
    let server = Server::house(Config::default());
    let for_ever = api(&server, "block_user", r#"{"user":"bob"}"#)["until"].take();
    assert_eq!(api(&server, "revoke", r#"{"token":"endless"}"#)["until"], for_ever);
}

#[test]
fn what_was_revoked_is_so_after_a_restart_and_after_a_crash() {
    let folder = Folder::default();
    let config = || Config::default().set("store.path", folder.file("vestibule.db"));
    let first = Server::house(config());
    api(&first, "revoke", r#"{"token":"t"}"#);
    api(&first, "block_user", r#"{"user":"bob"}"#);
    // Dropping it kills it: nothing that it does at its end is needed.
    drop(first);
    let second = Server::house(config());
    refused(&mut Client::enter(second.address, Encoding::Json), token("ann", "t", "s"), true);
    refused(&mut Client::enter(second.address, Encoding::Json), token("bob", "u", "s"), false);
    is_well(&mut enter(&second, Encoding::Json, "ann", "v", "s"));
    let listed = api(&second, "revocations", "{}");
    assert_eq!(listed["revocations"].as_array().map(Vec::len), Some(2), "{listed}");
}

#[test]
fn a_store_that_cannot_be_written_keeps_the_house_shut_and_is_named() {
    let folder = Folder::default();
    let path = folder.file("no/such/folder/vestibule.db");
    let said = refused_start(&path);
    assert!(said.contains(&path) && said.contains("store.path"), "{said}");
}

#[test]
fn a_second_house_on_one_store_does_not_start_and_the_first_goes_on() {
    let folder = Folder::default();
    let path = folder.file("vestibule.db");
    let first = Server::house(Config::default().set("store.path", path.as_str()));
    let said = refused_start(&path);
    assert!(said.contains("another process uses the store") && said.contains(&path), "{said}");
    api(&first, "block_user", r#"{"user":"bob"}"#);
    refused(&mut Client::enter(first.address, Encoding::Json), token("bob", "t", "s"), false);
}

#[test]
fn a_house_whose_store_was_taken_away_revokes_nothing_and_is_not_ready() {
    let folder = Folder::default();
    let path = folder.file("vestibule.db");
    let server = Server::house(Config::default().set("store.path", path.as_str()));
    assert_eq!(get(server.address, "/readyz").status, 200);
    std::fs::remove_file(&path).unwrap();
    let answer = post(server.address, "/api/revoke", API_KEY, r#"{"token":"t"}"#).body;
    assert!(answer.contains(r#""code":100"#), "{answer}");
    // An answer of before is good for a second.
    let ready = vestibule_acceptance::patience::until("it is not ready", || {
        Some(get(server.address, "/readyz")).filter(|ready| ready.status == 503)
    });
    assert!(ready.body.contains("store: "), "{}", ready.body);
}

/// What a house says that does not start on that store.
#[track_caller]
fn refused_start(store: &str) -> String {
    let file = Config::default().set("store.path", store).write();
    let mut house = vestibule_acceptance::program::house();
    house.arg("centrifugo").arg("--config").arg(file.path()).arg("--http_server.port").arg("0");
    let mut process = vestibule_acceptance::Process::start(house);
    assert_eq!(process.end().code(), Some(1));
    process.said()
}

#[test]
fn the_house_is_ready_with_its_store_and_counts_what_it_revoked() {
    let server = Server::house(Config::default().set("prometheus.enabled", true));
    assert_eq!(get(server.address, "/readyz").status, 200);
    let mut client = enter(&server, Encoding::Json, "ann", "t", "s");
    api(&server, "block_user", r#"{"user":"ann"}"#);
    client.peer.expect_goodbye(INVALID.0, INVALID.1);
    let metrics = get(server.address, "/metrics").body;
    for line in ["vestibule_revocations 1", "vestibule_revoked_connections_total 1"] {
        assert!(metrics.lines().any(|said| said == line), "expected {line} in\n{metrics}");
    }
}
