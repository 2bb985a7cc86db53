//! Our own configuration.

use std::time::Duration;

use vestibule::config::own::{parse, print};
use vestibule::config::written::Entry;
use vestibule_auth::issue::{GenerateKind, GeneratedKey};
use vestibule_model::UnixSeconds;

use crate::{own, sources, wrong};

/// The least that lets anybody in.
const REALM: &str = "[realms.main]\nsecret = \"0123456789abcdef0123456789abcdef\"\n";

#[test]
fn a_realm_is_all_that_has_to_be_described() {
    let plan = own(REALM).unwrap();
    assert_eq!(plan.settings.listen.port(), 8000);
    assert_eq!(plan.settings.health.as_deref(), Some("/health"));
    assert_eq!(plan.settings.metrics, None);
    assert!(plan.settings.api.key.is_none(), "nobody can call the API before it has a key");
    assert_eq!(plan.warnings, Vec::<String>::new());
}

#[test]
fn what_comes_later_wins_file_then_variable_then_flag() {
    let file = format!("{REALM}[listen]\nport = 1\nhead_timeout = \"1s\"\n[log]\nlevel = \"warn\"\n");
    let variables = [("VESTIBULE_LISTEN__PORT", "2"), ("VESTIBULE_LISTEN__HEAD_TIMEOUT", "2s")];
    let plan = parse(&file, &sources(&variables, &[("listen.port", "3")])).unwrap();
    assert_eq!(plan.settings.listen.port(), 3);
    assert_eq!(plan.settings.head_timeout, Duration::from_secs(2));
}

#[test]
fn durations_and_sizes_have_units() {
    let plan = own(&format!("{REALM}[limits]\nqueue_size = \"2MiB\"\nwrite_timeout = \"1m30s\"\n")).unwrap();
    assert_eq!(plan.settings.limits.queue_size, 2 << 20);
    assert_eq!(plan.settings.limits.write_timeout, Duration::from_secs(90));
}

#[test]
fn a_realm_may_be_described_by_variables_alone() {
    let secret = "0123456789abcdef0123456789abcdef";
    let plan = parse("", &sources(&[("VESTIBULE_REALMS__MAIN__SECRET", secret)], &[])).unwrap();
    assert_eq!(plan.settings.realms.realms[0].name, "main");
}

#[test]
fn a_secret_may_be_in_a_file_which_may_end_with_a_line_feed() {
    let path = std::env::temp_dir().join(format!("vestibule-secret-{}", std::process::id()));
    std::fs::write(&path, "0123456789abcdef0123456789abcdef\n").unwrap();
    let text = format!("[realms.main]\nsecret_file = {:?}\n[api]\nkey_file = {:?}\n", path, path);
    let plan = own(&text).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(plan.settings.api.key.unwrap().reveal(), "0123456789abcdef0123456789abcdef");
}

#[test]
fn a_second_realm_may_vouch_for_subscriptions() {
    let key = "secret = \"0123456789abcdef0123456789abcdef\"\n";
    let doors = "[centrifuge]\nrealms = [\"main\"]\nsubscription_realms = [\"rooms\"]\n";
    let text = format!("{REALM}[realms.rooms]\npreset = \"centrifugo\"\n{key}{doors}");
    let trust = own(&text).unwrap().settings.centrifuge.trust;
    assert_eq!(trust.connections.realms, ["main"]);
    assert_eq!(trust.subscriptions.realms, ["rooms"]);
}

#[test]
fn public_keys_stand_in_the_file_or_beside_it() {
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/../auth/tests/keys/");
    let pem = std::fs::read_to_string(format!("{keys}ed25519.pub.pem")).unwrap();
    let text = format!(
        "[realms.main]\npublic_keys = ['''{pem}''']\npublic_key_files = [\"{keys}rsa.pub.pem\"]\n\
         issuers = [\"https://id.example\"]\nleeway = \"5s\"\nprevious_secret_until = 1800000000\n\
         previous_secret = \"0123456789abcdef0123456789abcdef\"\n"
    );
    let realm = own(&text).unwrap().settings.realms.realms.remove(0);
    assert_eq!(realm.keys.len(), 3);
    assert_eq!(realm.keys[0].usable_until, Some(UnixSeconds(1_800_000_000)));
    assert_eq!(realm.leeway, Some(Duration::from_secs(5)));
}

#[test]
fn the_printed_defaults_are_a_configuration_and_say_what_holds_anyway() {
    let printed = own(&format!("{}{REALM}", print::defaults())).unwrap();
    let silent = own(REALM).unwrap();
    assert_eq!(format!("{:?}", printed.settings), format!("{:?}", silent.settings));
}

#[test]
fn every_printed_key_can_be_taken_into_use() {
    let text: String = print::defaults()
        .lines()
        .filter(|line| !line.ends_with('…'))
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
        .map(|line| format!("{line}\n"))
        .collect();
    let complaints = wrong(own(&text));
    let keyless = [
        "realms.NAME.secret: ",
        "issuer.keys.NAME (line ",
        "issuer.templates.NAME.key (line ",
        "api.keys.NAME.key: ",
    ];
    assert_eq!(complaints.len(), keyless.len(), "{complaints:?}");
    for (complaint, key) in complaints.iter().zip(keyless) {
        assert!(
            complaint.starts_with(key),
            "{complaint}: the only thing wrong is that nobody has given a key"
        );
    }
}

#[test]
fn every_key_is_explained_by_a_sentence() {
    for entry in vestibule::config::own::outline().entries {
        let (Entry::Heading { path, about } | Entry::Key { path, about, .. }) = entry;
        assert!(about.last().is_some_and(|line| line.ends_with('.')), "{path} is not explained");
    }
}

#[test]
fn no_secret_is_printed_with_the_settings() {
    let settings = own(REALM).unwrap().settings;
    assert!(!format!("{settings:?}").contains("0123456789abcdef"));
}

#[test]
fn the_variables_of_a_mint_open_its_routes_and_name_what_they_leave_out() {
    let pem = include_str!("../../../auth/tests/keys/rsa.pem").replace('\n', "\\n");
    let variables = [
        ("JWT_PRIVATE_KEY", pem.as_str()),
        ("JWT_ISSUER", "mint"),
        ("JWT_AUDIENCE", "rooms"),
        ("WEBSOCKET_BASE_URL", "wss://ws.example/office/"),
        ("SUPABASE_JWT_SECRET", "the secret of the project, long enough"),
    ];
    let exchanges = parse(REALM, &sources(&variables, &[])).unwrap().settings.issuing.exchanges;
    assert!(exchanges.iter().all(|exchange| exchange.signing.is_ok()));
    let base_url = "wss://ws.example/office".to_owned();
    assert_eq!(exchanges[0].service, vestibule::api::Service::Handshake { base_url });
    assert_eq!(exchanges[1].service, vestibule::api::Service::Realtime);
    let exchanges = parse(REALM, &sources(&variables[1..3], &[])).unwrap().settings.issuing.exchanges;
    let missing = exchanges[0].signing.as_ref().unwrap_err();
    assert_eq!(missing, &["issuer.handshake.private_key", "issuer.handshake.base_url"]);
    assert!(own(REALM).unwrap().settings.issuing.exchanges.is_empty());
}

#[test]
fn a_variable_that_opens_a_route_and_does_not_suffice_is_warned_of() {
    let warned = |variables: &[(&str, &str)]| parse(REALM, &sources(variables, &[])).unwrap().warnings;
    let missing = "issuer.handshake.private_key, issuer.handshake.audience, issuer.handshake.base_url";
    assert_eq!(
        warned(&[("JWT_ISSUER", "somebody's")]),
        [format!(
            "/api/v1/cloudflare/request-access: not given: {missing}; until then /readyz says 503. The route is there \
             because of issuer.handshake.issuer (JWT_ISSUER); issuer.handshake.enabled = false takes it away"
        )]
    );
    let off = ("VESTIBULE_ISSUER__HANDSHAKE__ENABLED", "false");
    assert_eq!(warned(&[("JWT_ISSUER", "somebody's"), off]), Vec::<String>::new());
    let on = own(&format!("{REALM}[issuer.realtime]\nenabled = true\n")).unwrap().warnings;
    assert!(on[0].contains("because of issuer.realtime.enabled (line 4)"), "{on:?}");
}

#[test]
fn what_no_handshake_could_be_for_is_refused() {
    let pem = include_str!("../../../auth/tests/keys/rsa.pem");
    let issuer =
        format!("[issuer.handshake]\nissuer = \"a\"\naudience = \"b\"\nprivate_key = \"\"\"{pem}\"\"\"\n");
    let said = wrong(own(&format!("{REALM}{issuer}base_url = \"https://ws.example\"\n")));
    assert!(said[0].contains("must be a ws or wss address"), "{said:?}");
    let other = include_str!("../../../auth/tests/keys/p256.pem").replace('\n', "\\n");
    let said = wrong(parse(REALM, &sources(&[("JWT_PRIVATE_KEY", &other)], &[])));
    assert!(said[0].ends_with("RS256 does not work with such a key"), "{said:?}");
}

#[test]
fn the_secret_of_another_service_is_that_of_no_realm_but_of_its_own_kind() {
    let variables = [("SUPABASE_JWT_SECRET", "0123456789abcdef0123456789abcdef")];
    let said = wrong(parse(REALM, &sources(&variables, &[])));
    assert!(said[0].ends_with("is the secret of realm \"main\" too"), "{said:?}");
    let supabase = format!("{REALM}preset = \"supabase\"\nissuers = [\"https://id.example/auth/v1\"]\n");
    assert!(parse(&supabase, &sources(&variables, &[])).is_ok());
}

#[test]
fn keys_that_are_published_beside_one_that_signs_may_be_public_and_a_secret_has_none_beside_it() {
    let file = |name: &str| format!("{}/../auth/tests/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    let template = "[issuer.templates.worker]\nkey = \"main\"\n";
    let (new, old) = (file("p256.pem"), file("rsa.pub.pem"));
    let keys = format!("[issuer.keys.main]\nprivate_key_file = {new:?}\nprevious_key_files = [{old:?}]\n");
    let templates = own(&format!("{REALM}{keys}{template}")).unwrap().settings.issuing.templates;
    let document = vestibule_auth::issue::Issuer::jwks([&templates["worker"].issuer]);
    assert!(document.contains("\"ES256\"") && document.contains("\"RS256\""), "{document}");
    let secret = keys
        .replace(&format!("private_key_file = {new:?}"), "secret = \"another secret of thirty-two bytes\"");
    let said = wrong(own(&format!("{REALM}{secret}{template}")));
    assert!(said[0].ends_with("secrets are not published"), "{said:?}");
}

#[test]
fn of_a_room_key_before_the_last_rotation_the_public_side_is_enough() {
    let file = |name: &str| format!("{}/../auth/tests/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    let new = GeneratedKey::new(GenerateKind::Ed25519, None).unwrap();
    let text = |old: &str| {
        format!(
            "{REALM}[signal]\nenabled = true\nprivate_key = '{}'\nadmin_secret = \"{}\"\nprevious_key_files = [{:?}]\n",
            new.private_jwk().reveal(),
            "x".repeat(16),
            file(old)
        )
    };
    for old in ["ed25519.pem", "ed25519.pub.pem"] {
        let settings = own(&text(old)).unwrap().settings;
        let rooms = settings.signal.unwrap().http.tokens.unwrap();
        assert_eq!(rooms.issuer.published().len(), 2, "{old}");
        let realm = settings.realms.realms.into_iter().find(|realm| realm.name == "signal").unwrap();
        assert_eq!(realm.keys.len(), 2, "{old}");
    }
    let said = wrong(own(&text("p256.pub.pem")));
    assert!(said[0].ends_with("is no key for EdDSA"), "{said:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_the_only_thing_said_of_its_secret() {
    let text = format!(
        "{REALM}[signal]\nenabled = true\nprivate_key_file = \"/none/a\"\nadmin_secret_file = \"/none/b\"\n"
    );
    let said = wrong(own(&text));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().all(|line| line.contains("cannot read /none/")), "{said:?}");
}

#[test]
fn two_keys_of_one_name_are_refused() {
    let key = |seed: &str, x: &str| {
        format!(r#"private_key = '{{"kty":"OKP","crv":"Ed25519","kid":"main","d":"{seed}","x":"{x}"}}'"#)
    };
    // The keys of RFC 8037, A.1, and of RFC 8032, 7.1, test 2.
    let first =
        key("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    let second =
        key("TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs", "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw");
    let templates = "[issuer.templates.a]\nkey = \"one\"\n[issuer.templates.b]\nkey = \"two\"\n";
    let text = format!("{REALM}[issuer.keys.one]\n{first}\n[issuer.keys.two]\n{second}\n{templates}");
    let said = wrong(own(&text));
    assert!(said[0].ends_with("two different keys are called \"main\": give one another kid"), "{said:?}");
    assert!(own(&text.replacen("\"kid\":\"main\"", "\"kid\":\"other\"", 1)).is_ok());
}

#[test]
fn a_template_says_what_it_is_told_and_has_a_key_of_the_configuration() {
    let keys = "[issuer.keys.main]\nsecret = \"0123456789abcdef0123456789abcdef\"\n";
    let template = "[issuer.templates.worker]\nkey = \"main\"\nclaims = { scope = [\"a\"], n = 1 }\nbearer = { org = \"organisation\" }\n";
    let templates = own(&format!("{REALM}{keys}{template}")).unwrap().settings.issuing.templates;
    let claims: Vec<_> = templates["worker"].template.claims.iter().map(|(name, _)| &**name).collect();
    assert_eq!(claims, ["sub", "n", "scope", "org", "iat", "exp", "jti"]);
    let wrong_key = template.replace("\"main\"", "\"mian\"");
    let said = wrong(own(&format!("{REALM}{keys}{wrong_key}")));
    assert!(said[0].ends_with("there is no key \"mian\" in issuer.keys; did you mean main?"), "{said:?}");
    let twice = template.replace("n = 1", "sub = 1");
    let said = wrong(own(&format!("{REALM}{keys}{twice}")));
    assert!(said[0].ends_with("sub is said twice"), "{said:?}");
}
