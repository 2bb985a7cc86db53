//! `vestibule revoke`, `block`, `unblock` and `revocations`: what an operator does at night.

use vestibule_acceptance::config::{API_KEY, Folder};
use vestibule_acceptance::token::{draft, saying};
use vestibule_acceptance::{Client, Config, Encoding, Process, Server, port, program};

/// Runs the program with these arguments; its exit code and what it said.
fn run(arguments: &[&str], key: Option<&str>) -> (Option<i32>, String) {
    let mut command = program::house();
    command.args(arguments);
    if let Some(key) = key {
        command.env("VESTIBULE_API__KEY", key);
    }
    let mut process = Process::start(command);
    let code = process.end().code();
    (code, process.said())
}

/// Runs it for that server; it has to go well.
#[track_caller]
fn done(server: &Server, arguments: &[&str]) -> String {
    let url = url(server);
    let (code, said) = run(&[arguments, &["--url", &url]].concat(), Some(API_KEY));
    assert_eq!(code, Some(0), "{arguments:?} said:\n{said}");
    said
}

fn url(server: &Server) -> String {
    format!("http://{}/api", server.address)
}

fn enter(server: &Server, user: &str, id: &str, session: &str) -> Client {
    Client::connect_with(server.address, Encoding::Json, saying(&draft(user, id, session), 100))
}

#[test]
fn a_session_a_token_a_user_and_a_block_are_said_in_one_line_each() {
    let server = Server::house(Config::default());
    // Tokens here may live for ever.
    for (arguments, end, code) in [
        (&["revoke", "token", "t"][..], "without an end", 3005),
        (&["revoke", "session", "s", "--for", "2h"], "until 2", 3500),
        (&["revoke", "user", "ann"], "without an end", 3005),
        (&["revoke", "organisation"], "without an end", 3005),
    ] {
        let server = Server::house(Config::default());
        let mut client = enter(&server, "ann", "t", "s");
        let said = done(&server, arguments);
        assert!(said.starts_with(&format!("revoked in default (id 1), {end}")), "{said}");
        client.peer.expect_close(code);
    }
    let mut client = enter(&server, "ann", "t", "s");
    let said = done(&server, &["block", "ann", "--for", "2h", "--note", "spam", "--by", "night shift"]);
    assert!(said.starts_with("ann is blocked in default (id 1), until 2"), "{said}");
    client.peer.expect_close(3500);
    let listed = done(&server, &["revocations"]);
    for word in ["block", "ann", "spam", "\"night shift\""] {
        assert!(listed.contains(word), "expected {word} in\n{listed}");
    }
    assert_eq!(done(&server, &["unblock", "ann"]), "ann is not blocked any more in default\n");
    assert_eq!(done(&server, &["unblock", "ann"]), "ann was not blocked in default\n");
    assert_eq!(done(&server, &["revocations"]), "nothing is revoked in default\n");
    enter(&server, "ann", "t", "s").publish("news", "1");
}

#[test]
fn programs_are_answered_in_json() {
    let server = Server::house(Config::default());
    let answer: serde_json::Value =
        serde_json::from_str(&done(&server, &["block", "ann", "--until", "99999999999", "--json"])).unwrap();
    assert_eq!(answer, serde_json::json!({ "in": "default", "id": 1, "until": 99_999_999_999_i64 }));
    let list: serde_json::Value =
        serde_json::from_str(&done(&server, &["revocations", "--json", "--limit", "5"])).unwrap();
    assert_eq!(list["revocations"][0]["user"], "ann");
    assert_eq!(done(&server, &["revocations", "--remove", "1"]), "1 is taken back in default\n");
}

#[test]
fn the_house_is_found_by_its_own_configuration() {
    let (folder, address) = (Folder::default(), port::free());
    let file = folder.file("vestibule.toml");
    let key = folder.file("key");
    let text = format!(
        "[listen]\naddress = \"{}\"\nport = {}\n[realms.main]\nsecret = \"{}\"\n[api]\nkey_file = \"{key}\"\n\
         [store]\npath = \"{}\"\n",
        address.ip(),
        address.port(),
        vestibule_acceptance::config::TOKEN_SECRET,
        folder.file("kept.db"),
    );
    std::fs::write(&file, text).unwrap();
    std::fs::write(&key, API_KEY).unwrap();
    let mut house = program::house();
    house.arg("serve").arg("--config").arg(&file);
    let house = Process::start(house);
    house.hears("that it is open", |said| said.contains("the house is open").then_some(()));
    let (code, said) = run(&["block", "ann", "--config", &file], None);
    assert_eq!(code, Some(0), "{said}");
    assert!(std::path::Path::new(&folder.file("kept.db")).exists());
}

/// Tokens name their organisation, and the configuration knows none of them.
#[test]
fn operators_end_sessions_in_an_organisation_that_no_configuration_names() {
    let folder = Folder::default();
    let key = folder.file("operators");
    std::fs::write(&key, "the-key-of-operators\n").unwrap();
    let realm = format!(
        "[realms.main]\nsecret = \"{}\"\norganisation_claim = \"org_id\"\n\
         trust_the_provider_with_every_organisation = true\nprofile = \"centrifugo\"\n\
         [centrifuge.channels.without_namespace]\nallow_publish_for_client = true\n\
         [api]\nkey = \"{API_KEY}\"\noperator_key_file = \"{key}\"\n",
        vestibule_acceptance::config::TOKEN_SECRET
    );
    let server = Server::own(&realm);
    let enter = |organisation: &str| {
        let token = saying(&draft("ann", "t", "s").with("org_id", organisation), 100);
        Client::connect_with(server.address, Encoding::Json, token)
    };
    let mut clients = [enter("org_01"), enter("org_02")];
    let config = server.config().display().to_string();
    let asks = |arguments: &[&str]| run(&[arguments, &["--config", &config]].concat(), None);
    let (code, said) = asks(&["revoke", "session", "s", "--organisation", "org_01"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("revoked in org_01 (id 1)"), "{said}");
    clients[0].peer.expect_close(3500);
    clients[1].publish("news", "1");
    let (_, said) = asks(&["revocations", "--organisation", "org_01"]);
    assert!(said.contains("session"), "{said}");
    let (_, said) = asks(&["block", "ann", "--organisation", "org_02"]);
    assert!(said.starts_with("ann is blocked in org_02 (id 2)"), "{said}");
    clients[1].peer.expect_close(3500);
    let (_, said) = asks(&["unblock", "ann"]);
    assert_eq!(said, "ann was not blocked in default\n");
    let (code, said) =
        run(&["block", "ann", "--organisation", "org_02", "--url", &url(&server)], Some(API_KEY));
    assert_eq!(code, Some(3), "the usual key is good in the default organisation: {said}");
    assert!(said.contains("permission denied"), "{said}");
}

#[test]
fn an_id_may_begin_with_a_hyphen() {
    let server = Server::house(Config::default());
    assert!(done(&server, &["revoke", "token", "-xbpcUhZFlzenl6m6BZlEg"]).starts_with("revoked"));
    assert!(done(&server, &["revocations"]).contains("-xbpcUhZFlzenl6m6BZlEg"));
}

#[test]
fn what_goes_wrong_is_said_and_has_an_exit_code_of_its_class() {
    let server = Server::house(Config::default());
    let url = url(&server);
    let nobody = format!("http://{}/api", port::free());
    for (arguments, key, code, words) in [
        (&["block", "ann", "--url", &nobody][..], Some(API_KEY), 1, "nobody answers"),
        (&["block", "ann", "--url", &url], Some("wrong"), 3, "does not take this key"),
        (&["block", "ann", "--url", &url], None, 3, "--key-file"),
        (&["block", "ann", "--url", &url, "--until", "5"], Some(API_KEY), 3, "in the future"),
        (&["block", "ann", "--url", &url, "--for", "2"], Some(API_KEY), 2, "2h"),
        (&["block", "ann", "--url", "nonsense"], Some(API_KEY), 2, "nonsense"),
        (&["block", "ann", "--config", "/no/such/file.toml"], Some(API_KEY), 2, "/no/such/file.toml"),
        (&["block"], Some(API_KEY), 2, "USER"),
    ] {
        let (ended, said) = run(arguments, key);
        assert_eq!(ended, Some(code), "{arguments:?} said:\n{said}");
        assert!(said.contains(words), "{arguments:?}: expected {words:?} in\n{said}");
        assert!(!said.contains(API_KEY), "{said}");
    }
}
