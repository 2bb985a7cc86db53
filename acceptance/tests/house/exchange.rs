//! Tokens that the house issues for other services, set up by the variables of the program that it stands in for.

use serde_json::{Value, json};
use vestibule_acceptance::config::Folder;
use vestibule_acceptance::{Key, Process, Provider, Server, http, patience, program};

const ISSUER: &str = "https://id.example";

fn ask(server: &Server, path: &str, token: &str) -> http::Response {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: 0\r\n\r\n",
        server.address
    );
    http::exchange(server.address, request.as_bytes()).expect("an answer")
}

fn verify(folder: &Folder, config: &str, token: &str) -> (Option<i32>, String) {
    let file = folder.file("verify.toml");
    std::fs::write(&file, config).unwrap();
    let mut command = program::house();
    command.args(["token", "verify", "--config", &file, token]);
    let mut process = Process::start(command);
    (process.end().code(), process.said())
}

fn make(folder: &Folder, name: &str) -> String {
    let path = folder.file(name);
    let mut command = program::house();
    command.args(["keygen", "rsa", "--out", &path]);
    assert_eq!(Process::start(command).end().code(), Some(0));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn an_access_token_becomes_a_handshake_token_and_a_realtime_token_that_others_accept() {
    let folder = Folder::default();
    let key = Key::new("one");
    let claims = json!({ "org_id": "org_1", "role": "admin", "sid": "session_1" });
    let token = key.token(ISSUER, "user_1", &claims);
    let provider = Provider::start(vec![key]);
    let private = make(&folder, "handshake.pem");
    let variables = [
        ("JWT_PRIVATE_KEY", private.as_str()),
        ("JWT_ISSUER", "mint"),
        ("JWT_AUDIENCE", "rooms"),
        ("WEBSOCKET_BASE_URL", "wss://ws.example/office"),
        ("SUPABASE_JWT_SECRET", "0123456789abcdef0123456789abcdef"),
    ];
    let realm = format!(
        "[realms.main]\npreset = \"workos\"\nissuers = [\"{ISSUER}\"]\nalgorithms = [\"ES256\"]\njwks_url = \"{}\"\n\
         organisations = [\"org_1\"]\n",
        provider.jwks_url()
    );
    let server = Server::own_with(&realm, &variables);
    patience::until("it is ready", || (http::get(server.address, "/readyz").status == 200).then_some(()));

    let answer = ask(&server, "/api/v1/cloudflare/request-access", &token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let data = &serde_json::from_str::<Value>(&answer.body).unwrap()["data"];
    assert_eq!(data["url"], "wss://ws.example/office/org_1");
    let room = format!(
        "[realms.room]\nissuers = [\"mint\"]\naudiences = [\"rooms\"]\njwks_url = \"http://{}/.well-known/jwks.json\"\n\
         organisation_claim = \"orgId\"\norganisations = [\"org_1\"]\nlongest_lifetime = \"60s\"\nleeway = \"5s\"\n\
         required = [\"userId\", \"jti\", \"sid\"]\nequal = {{ role = \"admin\" }}\n",
        server.address
    );
    let (code, said) = verify(&folder, &room, data["token"].as_str().unwrap());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("org_1") && said.contains("user_1") && said.contains("session_1"), "{said}");

    let answer = ask(&server, "/api/v1/realtime/token", &token);
    let data = &serde_json::from_str::<Value>(&answer.body).unwrap()["data"];
    assert_eq!(data["expiresIn"], 3600);
    let realtime = "[realms.realtime]\nissuers = [\"qubital-backend\"]\naudiences = [\"authenticated\"]\n\
                    secret = \"0123456789abcdef0123456789abcdef\"\nequal = { role = \"authenticated\", org_id = \"org_1\", user_id = \"user_1\" }\n";
    let (code, said) = verify(&folder, realtime, data["token"].as_str().unwrap());
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(ask(&server, "/api/v1/realtime/token", "a.b.c").status, 401);
}

#[test]
fn without_its_keys_a_route_says_so_and_so_does_readiness() {
    let realm = "[realms.main]\nsecret = \"0123456789abcdef0123456789abcdef\"\n";
    let server = Server::own_with(realm, &[("JWT_ISSUER", "mint"), ("JWT_AUDIENCE", "rooms")]);
    let answer = ask(&server, "/api/v1/cloudflare/request-access", "a.b.c");
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("issuer.handshake.private_key"), "{}", answer.body);
    let ready = http::get(server.address, "/readyz");
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("issuer.handshake.private_key"), "{}", ready.body);
    assert_eq!(ask(&server, "/api/v1/realtime/token", "a.b.c").status, 404, "nobody asked for that route");
}

#[test]
fn a_variable_whose_value_was_lost_is_missed_and_not_taken_for_a_route_that_nobody_wants() {
    let realm = "[realms.main]\nsecret = \"0123456789abcdef0123456789abcdef\"\n";
    let handshake = "/api/v1/cloudflare/request-access";
    let realtime = "/api/v1/realtime/token";
    let lost = [("JWT_ISSUER", ""), ("JWT_AUDIENCE", ""), ("JWT_PRIVATE_KEY", "")];
    for (variables, path, missing) in [
        (&[("SUPABASE_JWT_SECRET", "")][..], realtime, "issuer.realtime.secret"),
        (&lost, handshake, "issuer.handshake.private_key, issuer.handshake.issuer"),
        (&[("WEBSOCKET_BASE_URL", "wss://ws.example")], handshake, "issuer.handshake.audience"),
        (&[("VESTIBULE_ISSUER__REALTIME__SECRET", "")], realtime, "issuer.realtime.secret"),
    ] {
        let server = Server::own_with(realm, variables);
        let answer = ask(&server, path, "a.b.c");
        assert_eq!(answer.status, 503, "{variables:?}");
        assert!(answer.body.contains(missing), "{variables:?}: {}", answer.body);
        let ready = http::get(server.address, "/readyz");
        assert_eq!(ready.status, 503);
        assert!(ready.body.contains(missing), "{variables:?}: {}", ready.body);
    }
}
