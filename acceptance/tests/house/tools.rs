//! `vestibule keygen`, `token` and `realm`: what an operator does without a house.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use vestibule_acceptance::config::Folder;
use vestibule_acceptance::patience::unix_now;
use vestibule_acceptance::{Key, Process, Provider, program};

/// Runs the program with these arguments; its exit code and what it said.
fn run(arguments: &[&str]) -> (i32, String) {
    let mut command = program::house();
    command.args(arguments);
    let mut process = Process::start(command);
    let code = process.end().code().unwrap();
    (code, process.said())
}

#[track_caller]
fn done(arguments: &[&str]) -> String {
    let (code, said) = run(arguments);
    assert_eq!(code, 0, "{arguments:?} said:\n{said}");
    said
}

fn parsed(said: &str) -> Value {
    serde_json::from_str(said.lines().last().unwrap_or_default())
        .unwrap_or_else(|_| panic!("no JSON: {said}"))
}

const SECRET: &str = "[realms.main]\nsecret = \"0123456789abcdef0123456789abcdef\"\nissuers = [\"app\"]\n";

#[test]
fn a_key_of_every_kind_and_form_signs_tokens_that_a_realm_with_its_public_side_takes() {
    let folder = Folder::default();
    for (index, (kind, more)) in [
        (&["rsa"][..], &["--algorithm", "RS256"][..]),
        (&["rsa", "--bits", "3072"], &["--algorithm", "PS384"]),
        (&["ec"], &[]),
        (&["ec", "--curve", "P-384"], &[]),
        (&["ec", "--curve", "P-521"], &[]),
        (&["ed25519"], &[]),
    ]
    .into_iter()
    .enumerate()
    {
        for form in ["pem", "jwk"] {
            let private = folder.file(&format!("{index}.{form}"));
            let public = folder.file(&format!("{index}.{form}.public"));
            let out = ["--format", form, "--out", &private];
            std::fs::write(&public, done(&[&["keygen"], kind, more, &out].concat())).unwrap();
            let mode = std::fs::metadata(&private).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "only its owner can read it");
            let mint = ["token", "mint", "--user", "ann", "--key", &private];
            let token = done(&[&mint[..], more].concat());
            let algorithms = more.get(1).map_or(String::new(), |name| format!("algorithms = [\"{name}\"]\n"));
            let config = folder.file("realm.toml");
            std::fs::write(
                &config,
                format!("[realms.main]\npublic_key_files = [\"{public}\"]\n{algorithms}"),
            )
            .unwrap();
            let said = done(&["token", "verify", "--config", &config, token.trim()]);
            assert!(said.contains("ann"), "{said}");
        }
    }
}

#[test]
fn a_key_file_is_never_overwritten() {
    let folder = Folder::default();
    let path = folder.file("key.pem");
    done(&["keygen", "ed25519", "--out", &path]);
    let (code, said) = run(&["keygen", "ed25519", "--out", &path]);
    assert_eq!(code, 1, "{said}");
}

#[test]
fn a_secret_is_made_for_a_realm_and_signs_its_tokens() {
    let folder = Folder::default();
    let (secret, config) = (folder.file("secret"), folder.file("realm.toml"));
    std::fs::write(&secret, done(&["keygen", "hmac"])).unwrap();
    std::fs::write(&config, format!("[realms.main]\nsecret_file = \"{secret}\"\n")).unwrap();
    for by in [&["--config", &config][..], &["--secret-file", &secret]] {
        let token = done(&[&["token", "mint", "--user", "ann"], by].concat());
        done(&["token", "verify", "--config", &config, token.trim()]);
    }
}

#[test]
fn inspecting_shows_what_a_token_says_and_that_nothing_was_verified() {
    let folder = Folder::default();
    let config = folder.file("realm.toml");
    std::fs::write(&config, SECRET).unwrap();
    let token = done(&["token", "mint", "--config", &config, "--user", "ann", "--claim", "level=3"]);
    let said = done(&["token", "inspect", token.trim()]);
    assert!(said.contains("Nothing of this was verified"), "{said}");
    let said = parsed(&done(&["token", "inspect", "--json", token.trim()]));
    assert_eq!(said["verified"], false);
    assert_eq!((&said["payload"]["sub"], &said["payload"]["level"]), (&json!("ann"), &json!(3)));
    let (code, said) = run(&["token", "inspect", "nonsense"]);
    assert_eq!(code, 2, "{said}");
}

#[test]
fn verifying_says_which_rule_failed_and_what_to_do_and_ends_with_a_code_of_its_class() {
    let folder = Folder::default();
    let config = folder.file("realm.toml");
    std::fs::write(&config, SECRET).unwrap();
    // Before a token that the realm would not take stands a warning.
    let mint = |more: &[&str]| {
        let usual = ["token", "mint", "--config", &config, "--user", "ann"];
        done(&[&usual[..], more].concat()).lines().last().unwrap().to_owned()
    };
    for (token, code, rule) in [
        (mint(&["--issuer", "other"]), 3, "issuer"),
        (mint(&["--claim", "exp=5"]), 4, "expired"),
        (mint(&["--claim", "nbf=99999999999"]), 4, "not_yet_valid"),
        (mint(&["--no-expiry"]), 3, "claim_missing"),
        (mint(&["--channel", "news"]), 3, "channel_in_connection_token"),
        ("a.b".into(), 3, "segments"),
    ] {
        let (ended, said) = run(&["token", "verify", "--json", "--config", &config, &token]);
        assert_eq!(ended, code, "{said}");
        let said = parsed(&said);
        assert_eq!(said["rule"], rule);
        assert!(said["advice"].as_str().is_some_and(|advice| !advice.is_empty()), "{said}");
    }
    let just_over = mint(&["--claim", &format!("exp={}", unix_now().0 - 2)]);
    let said = done(&["token", "verify", "--config", &config, &just_over]);
    assert!(said.starts_with("the token has ended, and is good for the leeway of its realm"), "{said}");
    let (code, said) = run(&["token", "verify", "--config", "/no/such/file", "a.b.c"]);
    assert_eq!(code, 2, "{said}");
}

#[test]
fn checking_a_realm_fetches_its_keys_compares_clocks_and_judges_a_token() {
    let folder = Folder::default();
    let config = folder.file("realm.toml");
    let key = Key::new("one");
    let token = key.token("https://id.example", "ann", &json!({}));
    let mut provider = Provider::start(vec![key]);
    let text = format!(
        "[realms.main]\npreset = \"oidc\"\nissuers = [\"https://id.example\"]\naudiences = [\"app\"]\njwks_url = \"{}\"\n",
        provider.jwks_url()
    );
    std::fs::write(&config, text).unwrap();
    let said = done(&["realm", "check", "main", "--config", &config, "--token", &token]);
    for words in ["one", "the token is good", "ann"] {
        assert!(said.contains(words), "expected {words} in\n{said}");
    }
    let said = parsed(&done(&["realm", "check", "main", "--config", &config, "--json", "--token", &token]));
    assert_eq!((&said["keys"]["good"], &said["token"]["says"]["user"]), (&json!(["one"]), &json!("ann")));
    let (code, said) = run(&["realm", "check", "main", "--config", &config, "--token", "a.b"]);
    assert_eq!(code, 3, "{said}");
    done(&["token", "verify", "--config", &config, &token]);
    provider.close();
    let (code, said) = run(&["realm", "check", "main", "--config", &config]);
    assert_eq!(code, 5, "{said}");
    for words in ["CANNOT BE HAD", &provider.jwks_url(), "no connection", "what to do"] {
        assert!(said.contains(words), "expected {words} in\n{said}");
    }
    let (_, said) = run(&["realm", "check", "main", "--config", &config, "--json"]);
    let asked = json!({ "document": "key document", "address": provider.jwks_url() });
    assert_eq!(parsed(&said)["keys"]["asked"], asked);
    let (code, said) = run(&["token", "verify", "--config", &config, &token]);
    assert_eq!(code, 5, "{said}");
    for words in ["it cannot be told whether the token is good", &provider.jwks_url()] {
        assert!(said.contains(words), "expected {words} in\n{said}");
    }
    let (_, said) = run(&["token", "verify", "--config", &config, "--json", &token]);
    assert_eq!(parsed(&said)["good"], Value::Null);
    let (code, said) = run(&["realm", "check", "other", "--config", &config]);
    assert_eq!(code, 2, "{said}");
}

#[test]
fn of_a_good_token_no_other_realms_trouble_is_told() {
    let folder = Folder::default();
    let config = folder.file("house.toml");
    let down = Provider::stopped();
    let realm =
        "[realms.down]\npreset = \"oidc\"\nissuers = [\"https://id.example\"]\naudiences = [\"app\"]\n";
    std::fs::write(&config, format!("{SECRET}{realm}jwks_url = \"{}\"\n", down.jwks_url())).unwrap();
    let token = done(&["token", "mint", "--config", &config, "--realm", "main", "--user", "ann"]);
    let said = done(&["token", "verify", "--config", &config, token.trim()]);
    assert!(!said.contains("down"), "{said}");
}

#[test]
fn a_discovery_document_of_another_issuer_is_named_with_both_issuers() {
    let folder = Folder::default();
    let config = folder.file("realm.toml");
    let provider = Provider::start(Vec::new());
    provider.answer(r#"{"issuer":"https://id.example/","jwks_uri":"https://id.example/keys"}"#);
    let text = format!(
        "[realms.main]\npreset = \"oidc\"\nissuers = [\"https://id.example\"]\naudiences = [\"app\"]\ndiscovery_url = \"{}\"\n",
        provider.jwks_url()
    );
    std::fs::write(&config, text).unwrap();
    let (code, said) = run(&["realm", "check", "main", "--config", &config]);
    assert_eq!(code, 5, "{said}");
    for words in
        ["\"https://id.example/\"", "\"https://id.example\"", "(discovery document)", "a slash at its end"]
    {
        assert!(said.contains(words), "expected {words} in\n{said}");
    }
}

#[test]
fn a_provider_without_a_good_key_is_said_to_have_none() {
    let folder = Folder::default();
    let config = folder.file("realm.toml");
    let provider = Provider::start(Vec::new());
    let text = format!(
        "[realms.main]\npreset = \"oidc\"\nissuers = [\"https://id.example\"]\naudiences = [\"app\"]\njwks_url = \"{}\"\n",
        provider.jwks_url()
    );
    std::fs::write(&config, text).unwrap();
    let (code, said) = run(&["realm", "check", "main", "--config", &config]);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("NO GOOD KEY") && said.contains("what to do"), "{said}");
}

#[test]
fn of_a_token_that_its_realm_would_refuse_it_is_said_why_and_what_to_do() {
    let folder = Folder::default();
    let config = folder.file("realm.toml");
    std::fs::write(&config, SECRET).unwrap();
    let user = ["--user", "ann"];
    for (more, rule) in [
        (&["--no-expiry"][..], "claim_missing"),
        (&["--ttl", "30d"], "lifetime"),
        (&["--channel", "news"], "gateway_claims"),
    ] {
        let said =
            done(&[&["token", "mint", "--config", &config, "--realm", "main"], &user[..], more].concat());
        let warning = said.lines().next().unwrap_or_default();
        assert!(warning.starts_with("warning: realm \"main\" refuses this token"), "{said}");
        assert!(warning.contains(rule) && said.contains("what to do"), "{said}");
    }
    let said = done(&["token", "mint", "--config", &config, "--realm", "main"]);
    assert!(said.contains("anonymous_token"), "{said}");
    let said = done(&[&["token", "mint", "--config", &config, "--realm", "main"], &user[..]].concat());
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn without_a_configuration_it_is_said_how_a_token_could_be_signed() {
    let (code, said) = run(&["token", "mint", "--user", "ann"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("say how it is signed") && !said.contains("nobody could come in"), "{said}");
    let (code, said) = run(&["token", "mint", "--realm", "main", "--user", "ann"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--config"), "{said}");
}

#[test]
fn room_tokens_are_judged_by_the_variables_of_the_signal_door() {
    let folder = Folder::default();
    let keys = done(&["signal", "keygen"]);
    let lines: Vec<_> = keys.lines().filter(|line| line.contains("_KEY_JWK=")).collect();
    let env = format!("{}\nADMIN_SECRET=an-admin-secret-of-some-length\n", lines.join("\n"));
    std::fs::write(folder.file(".env"), env).unwrap();
    let verify = |token: &str| {
        let mut command = program::house();
        command.args(["token", "verify", "--realm", "signal", token]).current_dir(folder.path());
        let mut process = Process::start(command);
        (process.end().code(), process.said())
    };
    let jwk = lines[0].split_once('=').unwrap().1;
    let key = folder.file("key");
    std::fs::write(&key, jwk).unwrap();
    let of_the_door = ["--issuer", "aikofy:client-db-sync", "--audience", "aikofy:client-db"];
    let mint = ["token", "mint", "--key", &key, "--user", "room"];
    let token = done(&[&mint[..], &of_the_door].concat());
    let (code, said) = verify(token.trim());
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = verify("a.b.c");
    assert_eq!(code, Some(3), "{said}");
}

#[test]
fn an_option_that_belongs_to_another_kind_of_key_is_refused() {
    for arguments in [
        &["keygen", "rsa", "--curve", "P-384"][..],
        &["keygen", "hmac", "--bits", "4096"],
        &["keygen", "ec", "--algorithm", "RS256"],
    ] {
        let (code, said) = run(arguments);
        assert_eq!(code, 2, "{arguments:?} said:\n{said}");
        assert!(!said.contains("PRIVATE"), "{said}");
    }
}

#[test]
fn a_secret_is_as_long_as_its_algorithm_wants_it() {
    for (algorithm, characters) in [("HS256", 43), ("HS384", 64), ("HS512", 86)] {
        let said = done(&["keygen", "hmac", "--algorithm", algorithm]);
        assert_eq!(said.trim().len(), characters, "{algorithm}");
    }
    let jwk = parsed(&done(&["keygen", "hmac", "--format", "jwk"]));
    assert!(jwk["kid"].as_str().is_some_and(|kid| !kid.is_empty()), "a JWK has a name");
}

#[test]
fn a_token_is_made_as_its_realm_reads_it_or_not_at_all() {
    let folder = Folder::default();
    let config = folder.file("realm.toml");
    let text = "[realms.main]\npreset = \"supabase\"\nissuers = [\"https://id.example/auth/v1\"]\n\
                secret = \"0123456789abcdef0123456789abcdef\"\nfetch_keys = false\norganisations = [\"acme\"]\n";
    std::fs::write(&config, text).unwrap();
    let mint = ["token", "mint", "--config", &config, "--user", "ann", "--audience", "authenticated"];
    let bearer = ["--organisation", "acme", "--role", "authenticated", "--session", "s1"];
    let token = done(&[&mint[..], &bearer].concat());
    let said = parsed(&done(&["token", "inspect", "--json", token.trim()]));
    assert_eq!(said["payload"]["app_metadata"], json!({ "tenant_id": "acme" }));
    assert_eq!(said["payload"]["session_id"], "s1");
    let said = done(&["token", "verify", "--config", &config, token.trim()]);
    assert!(said.contains("acme") && said.contains("authenticated"), "{said}");
    let (code, said) = run(&[&mint[..], &bearer, &["--name", "Ann"]].concat());
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("no claim of the token says the name"), "{said}");
    let key = folder.file("key.pem");
    done(&["keygen", "ed25519", "--out", &key]);
    let (code, said) = run(&["token", "mint", "--key", &key, "--user", "ann", "--organisation", "acme"]);
    assert_eq!(code, 2, "{said}");
}

#[test]
fn a_token_comes_as_an_argument_from_a_file_or_from_the_standard_input() {
    let folder = Folder::default();
    let (config, file) = (folder.file("realm.toml"), folder.file("token"));
    std::fs::write(&config, SECRET).unwrap();
    let token = done(&["token", "mint", "--config", &config, "--user", "ann"]);
    std::fs::write(&file, format!("Bearer {token}")).unwrap();
    let verify = ["token", "verify", "--config", &config];
    for given in [token.trim(), &format!("@{file}")] {
        done(&[&verify[..], &[given]].concat());
    }
    let mut command = program::house();
    command.args(verify).arg("-").stdin(std::fs::File::open(&file).unwrap());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_token_with_a_claim_twice_is_shown_with_what_is_wrong_with_it() {
    let twice = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIiwic3ViIjoiYiJ9.AAAA";
    let said = done(&["token", "inspect", twice]);
    assert!(
        said.contains("every realm would refuse it at once") && said.contains("a name occurs twice"),
        "{said}"
    );
}

#[test]
fn a_key_that_cannot_sign_is_named_by_its_file_and_never_shown() {
    let folder = Folder::default();
    let (key, config) = (folder.file("key"), folder.file("house.toml"));
    let public = done(&["keygen", "ec", "--out", &folder.file("good.pem")]);
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","d":"do-not-print-me","x":"AAAA"}"#;
    let issuer = format!("{SECRET}[issuer.keys.main]\nprivate_key_file = \"{key}\"\n");
    std::fs::write(&config, issuer).unwrap();
    for (text, why) in [
        ("do-not-print-me", "neither a PEM with a private key"),
        (jwk, "the JWK cannot be used"),
        (&public, "this is a public key"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "encrypted"),
    ] {
        std::fs::write(&key, text).unwrap();
        for arguments in [&["token", "mint", "--key", &key][..], &["check", "--config", &config]] {
            let (code, said) = run(arguments);
            assert_eq!(code, 2, "{said}");
            assert!(said.contains(why) && !said.contains("print-me"), "{said}");
            assert!(said.contains(&key) || said.contains("issuer.keys.main.private_key_file"), "{said}");
        }
    }
}

#[test]
fn a_template_of_the_configuration_signs_with_its_key() {
    let folder = Folder::default();
    let (config, key) = (folder.file("house.toml"), folder.file("key.pem"));
    done(&["keygen", "ec", "--out", &key]);
    let text = format!(
        "{SECRET}[issuer.keys.main]\nprivate_key_file = \"{key}\"\n[issuer.templates.worker]\nkey = \"main\"\n\
         issuer = \"house\"\nclaims = {{ scope = \"jobs\" }}\nbearer = {{ org = \"organisation\" }}\n"
    );
    std::fs::write(&config, text).unwrap();
    let mint = ["token", "mint", "--config", &config, "--template", "worker", "--user", "w1"];
    let token = done(&[&mint[..], &["--organisation", "acme"]].concat());
    let said = parsed(&done(&["token", "inspect", "--json", token.trim()]));
    let payload = &said["payload"];
    assert_eq!(payload["iss"], "house");
    assert_eq!(
        (&payload["sub"], &payload["org"], &payload["scope"]),
        (&json!("w1"), &json!("acme"), &json!("jobs"))
    );
    let (code, said) = run(&["token", "mint", "--config", &config, "--template", "nobody", "--user", "w1"]);
    assert_eq!(code, 2, "{said}");
}
