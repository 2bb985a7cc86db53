//! `vestibule keygen`, `token` and `realm`: what an operator does without a house.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use vestibule_acceptance::config::Folder;
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
    let mint = |more: &[&str]| {
        let usual = ["token", "mint", "--config", &config, "--user", "ann"];
        done(&[&usual[..], more].concat()).trim().to_owned()
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
    let said = parsed(&done(&["realm", "check", "main", "--config", &config, "--json"]));
    assert_eq!(said["keys"]["good"], json!(["one"]));
    done(&["token", "verify", "--config", &config, &token]);
    provider.close();
    let (code, said) = run(&["realm", "check", "main", "--config", &config]);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("CANNOT BE HAD"), "{said}");
    let (code, said) = run(&["token", "verify", "--config", &config, &token]);
    assert_eq!(code, 5, "{said}");
    let (code, said) = run(&["realm", "check", "other", "--config", &config]);
    assert_eq!(code, 2, "{said}");
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
