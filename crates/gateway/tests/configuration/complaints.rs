//! What is said when our own configuration is wrong: everything at once, each with its key and its line.

use vestibule::config::own::parse;

use crate::{own, sources, wrong};

const REALM: &str = "[realms.main]\nsecret = \"0123456789abcdef0123456789abcdef\"\n";

fn wrong_with(text: &str) -> Vec<String> {
    wrong(own(&format!("{REALM}{text}")))
}

#[test]
fn everything_is_said_at_once() {
    let text = "[listen]\nport = 70000\n\n[centrifuge]\nping_interval = \"5s\"\npong_timeout = \"5s\"\n[centrifuge.namespaces.a]\nhistory_size = 5\n";
    let said = [
        "listen.port (line 4): must be a whole number from 0 to 65535",
        "centrifuge.pong_timeout (line 8): must be shorter than ping_interval",
        "centrifuge.namespaces.a (line 9): a namespace's name has at least two letters, digits, -, _ or .",
        "centrifuge.namespaces.a.history_size (line 10): history needs history_ttl too",
    ];
    assert_eq!(wrong_with(text), said);
}

#[test]
fn a_key_that_is_none_is_refused_with_its_line_and_the_nearest_one() {
    let said = wrong_with("[centrifuge]\nping_intervall = \"25s\"\n[metrix]\nenabled = true\n");
    assert_eq!(
        said,
        [
            "centrifuge.ping_intervall (line 4): there is no such key; did you mean ping_interval?",
            "metrix (line 5): there is no such key; did you mean metrics?",
        ]
    );
}

#[test]
fn a_variable_and_a_flag_that_are_no_keys_are_refused_by_their_names() {
    let variables = [("VESTIBULE_LISTEN__PROT", "1")];
    let said = wrong(parse(REALM, &sources(&variables, &[("log.level", "loud")])));
    assert_eq!(
        said,
        [
            "--log.level: \"loud\" is none of info, trace, debug, warn, error, none",
            "listen.prot (VESTIBULE_LISTEN__PROT): there is no such key; did you mean port?",
        ]
    );
}

#[test]
fn a_duration_needs_a_unit() {
    let said = wrong_with("[shutdown]\ntimeout = 30\n");
    let units = "a duration with its unit, such as \"25s\", \"500ms\", \"1h30m\" or \"7d\"";
    assert_eq!(said, [format!("shutdown.timeout (line 4): must be {units}")]);
}

#[test]
fn a_size_needs_a_unit_that_is_known() {
    let said = wrong_with("[limits]\nqueue_size = \"1 meg\"\n");
    let units = "a size in bytes, or with its unit, such as 65536, \"64KiB\" or \"1MiB\"";
    assert_eq!(said, [format!("limits.queue_size (line 4): must be {units}")]);
}

#[test]
fn toml_that_is_none_is_refused_with_the_line() {
    assert!(wrong(own("[listen\n"))[0].starts_with("the configuration, line 1: "));
}

#[test]
fn a_house_that_nobody_could_enter_is_refused() {
    assert_eq!(wrong(own("")), ["realms: nobody could come in: describe a realm, such as [realms.main]"]);
    let open = own("[centrifuge]\nallow_anonymous_connect_without_token = true\n").unwrap();
    let warned = "centrifuge.allow_anonymous_connect_without_token: who brings no token is let in as nobody";
    assert_eq!(open.warnings, [warned]);
}

#[test]
fn realms_that_share_the_default_organisation_without_saying_so_are_named() {
    let secret = "0123456789abcdef0123456789abcdef";
    let realm = |name: &str, more: &str| {
        format!("[realms.{name}]\nissuers = [\"{name}\"]\nsecret = \"{secret}\"\n{more}\n")
    };
    let warnings = |text: &str| own(text).expect("nothing is wrong").warnings;
    let two = realm("one", "") + &realm("two", "");
    let said = warnings(&two);
    assert!(said.len() == 1 && said[0].starts_with("realms one, two: all their users belong to"), "{said:?}");
    let exchanged = two.clone()
        + "[centrifuge]\nrealms = [\"one\"]\n[issuer.realtime]\nsecret = \"fedcba9876543210fedcba9876543210\"\n";
    assert!(
        warnings(&exchanged)[0].starts_with("realms one, two: "),
        "in exchange for a token they are one, too"
    );
    let meant = |name| realm(name, "organisation = \"main\"");
    for text in [
        realm("one", ""),
        meant("one") + &meant("two"),
        realm("one", "") + &meant("two"),
        two + "[centrifuge]\nrealms = [\"one\"]\n",
    ] {
        assert_eq!(warnings(&text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_realm_is_said_at_its_keys() {
    let text = "[realms.main]\nsecret = \"short\"\nuser_claim = \"a..b\"\naudiences = [\"x\"]\naudience_pattern = \"^x$\"\nissuer_pattern = \"(\"\nleeway = \"2m\"\n";
    let said = wrong(own(text));
    assert_eq!(said[0], "realms.main.secret (line 2): a secret of 5 bytes can be guessed; use at least 32");
    assert_eq!(said[1], "realms.main.leeway (line 7): at most 60 s");
    assert!(said[2].starts_with("realms.main.issuer_pattern (line 6): not a regular expression"));
    let pattern = &said[said.len() - 2];
    assert_eq!(pattern, "realms.main.audience_pattern (line 5): give either exact values or a pattern");
    assert!(said.last().unwrap().starts_with("realms.main.user_claim (line 3): not the path of a claim"));
}

#[test]
fn a_realm_without_a_key_is_refused() {
    let said = wrong(own("[realms.main]\nissuers = [\"x\"]\n"));
    assert_eq!(
        said,
        ["realms.main.secret: a realm needs a key: a secret, a public key, or an address of published keys"]
    );
}

#[test]
fn what_only_follows_from_something_else_is_not_said() {
    for (text, said) in [
        (
            "[realms.main]\nsecret_file = \"/nowhere\"\n",
            "realms.main.secret_file (line 2): cannot read /nowhere",
        ),
        (
            "[realms.main]\npublic_key_files = [\"/nowhere\"]\n",
            "realms.main.public_key_files[0] (line 2): cannot read /nowhere",
        ),
        (
            "[realms.main]\npreset = \"auth0\"\nissuers = [\"https://id.example\"]\n",
            "realms.main.preset (line 2): \"auth0\" is none of",
        ),
        ("[realms.main]\nsecert = \"x\"\n", "realms.main.secert (line 2): there is no such key"),
        (
            "[realms.main]\nsecret = \"0123456789abcdef0123456789abcdef\"\nalgorithms = [\"HS1\"]\n",
            "realms.main.algorithms[0] (line 3): \"HS1\" is none of",
        ),
        ("realms = 5\n", "realms (line 1): must be a table of tables"),
    ] {
        let all = wrong(own(text));
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        assert!(all[0].starts_with(said), "{all:?}");
    }
}

#[test]
fn a_client_of_workos_is_all_that_is_missed_and_what_is_wrong_with_its_address_is_said_at_it() {
    let workos = "[realms.customers]\npreset = \"workos\"\norganisations = [\"org_01\"]\n";
    let fault = "must be given: the provider's issuers and keys follow from it";
    assert_eq!(wrong(own(workos)), [format!("realms.customers.client_id: {fault}")]);
    let said = wrong(own(&format!("{workos}client_id = \"client 1\"\n")));
    assert_eq!(
        said,
        ["realms.customers.client_id (line 4): keys cannot be fetched from there: not an absolute address"]
    );
    let whole = "issuers = [\"https://a.example\"]\njwks_url = \"https://a.example/keys\"\n";
    assert!(own(&format!("{workos}{whole}")).is_ok(), "nothing follows from the client then");
}

#[test]
fn a_realm_that_is_none_is_named_although_what_names_it_is_off() {
    let said = wrong_with(
        "[signal]\nconsumer_realms = [\"mian\"]\n[issuer.handshake]\nrealms = [\"nobody\"]\n\
         [issuer.realtime]\nrealms = [\"main\"]\n",
    );
    assert_eq!(
        said,
        [
            "signal.consumer_realms (line 4): there is no realm \"mian\"; did you mean main?",
            "issuer.handshake.realms (line 6): there is no realm \"nobody\"",
        ]
    );
}

#[test]
fn a_door_cannot_be_left_to_choose_between_two_realms() {
    let other = "[realms.other]\nsecret = \"0123456789abcdef0123456789abcdef\"\n";
    let said = wrong_with(other);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("centrifuge.realms: realm \"other\": realm \"main\" has no list"),
        "{said:?}"
    );
    let chosen = wrong_with(&format!("{other}[centrifuge]\nrealms = [\"mian\"]\n"));
    assert_eq!(chosen, ["centrifuge.realms (line 6): there is no realm \"mian\"; did you mean main?"]);
    let shared = "issuers = [\"https://id.example\"]\n";
    let said = wrong_with(&format!("{shared}{other}{shared}"));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("realm \"main\" has the same issuer"), "{said:?}");
    let apart = other.replace("secret", "issuers = [\"https://b.example\"]\nsecret");
    assert!(own(&format!("{REALM}issuers = [\"https://a.example\"]\n{apart}")).is_ok());
}

#[test]
fn subscription_tokens_of_another_organisation_would_be_good_for_nobody() {
    let rooms = "[realms.rooms]\norganisation = \"other\"\nsecret = \"0123456789abcdef0123456789abcdef\"\n";
    let door = "[centrifuge]\nrealms = [\"main\"]\nsubscription_realms = [\"rooms\"]\n";
    let said = wrong_with(&format!("{rooms}{door}"));
    let fault = "subscription tokens must belong to the organisation of the connection tokens";
    assert_eq!(said, [format!("centrifuge.subscription_realms (line 8): {fault}")]);
}

#[test]
fn organisations_are_one_or_a_list_of_those_that_tokens_may_name() {
    let said = wrong_with("organisation_claim = \"org\"\n");
    let fault = "which tenants may the claim name? List them in organisations";
    assert_eq!(said, [format!("realms.main.organisation_claim (line 3): {fault}")]);
    let said = wrong_with("organisation = \"a\"\norganisation_claim = \"org\"\norganisations = [\"a\"]\n");
    assert!(said[0].starts_with("realms.main.organisation (line 3): cannot be used together"), "{said:?}");
    assert!(own(&format!("{REALM}organisation_claim = \"org\"\norganisations = [\"a\"]\n")).is_ok());
}

#[test]
fn what_is_wrong_with_published_keys_is_said_at_its_keys() {
    let text = "[realms.main]\npreset = \"oidc\"\nissuers = [\"http://id.example\"]\naudiences = [\"app\"]\n";
    assert!(
        wrong(own(text))[0].starts_with("realms.main.issuers (line 3): keys cannot be fetched from there")
    );
    let text = "[realms.main]\npreset = \"oidc\"\nissuers = [\"https://id.example\"]\naudiences = [\"app\"]\nkeys_cooldown = \"1s\"\n";
    assert_eq!(wrong(own(text)), ["realms.main.keys_cooldown (line 5): must be from 10s to 30s"]);
    let text = "[realms.main]\npreset = \"keycloak\"\n";
    assert!(wrong(own(text))[0].starts_with("realms.main.issuers: the provider's issuer must be given"));
}

#[test]
fn algorithms_are_those_that_there_are_and_claims_say_texts_or_truths() {
    let said = wrong_with("algorithms = [\"none\"]\nequal = { a = 1 }\n");
    assert!(said[0].starts_with("realms.main.equal.a (line 4): must be a text, true or false"), "{said:?}");
    assert!(said[1].starts_with("realms.main.algorithms[0] (line 3): \"none\" is none of HS256"), "{said:?}");
}

#[test]
fn a_secret_is_given_once_and_its_file_is_there() {
    let said = wrong_with("secret_file = \"/nowhere\"\n[api]\nkey_file = \"/nowhere\"\n");
    assert_eq!(said[0], "realms.main.secret_file (line 3): cannot be used together with secret");
    assert!(said.iter().any(|line| line.starts_with("api.key_file (line 5): cannot read /nowhere: ")));
}

#[test]
fn a_key_of_the_api_acts_for_one_organisation_and_the_default_one_is_one() {
    let key = |name: &str, key: &str| format!("[api.keys.{name}]\nkey = \"{key}\"\n");
    let default = "[api]\nkey = \"k-0123456789abcdef\"\n";
    let said = wrong_with(&format!("{default}{}", key("acme", "k-0123456789abcdef")));
    let fault = "is api.key too, which acts for the default organisation";
    assert_eq!(said, [format!("api.keys.acme.key (line 6): {fault}")]);
    let said = wrong_with(&format!("{}{}", key("acme", "k-1"), key("umbrella", "k-1")));
    assert_eq!(said, ["api.keys.umbrella.key (line 6): is another one's too"]);
    assert!(own(&format!("{REALM}{default}{}", key("acme", "k-1"))).is_ok());
}

#[test]
fn the_key_of_operators_is_nobody_elses_and_not_empty() {
    let file = std::env::temp_dir().join(format!("vestibule-empty-key-{}", std::process::id()));
    std::fs::write(&file, "\n").unwrap();
    let operators = "[api]\noperator_key = \"k-1\"\n";
    let said = wrong_with(&format!("{operators}[api.keys.acme]\nkey = \"k-1\"\n"));
    assert_eq!(
        said,
        ["api.keys.acme.key (line 6): is api.operator_key too, which acts for any organisation"]
    );
    let said = wrong_with(&format!("[api.keys.acme]\nkey_file = \"{}\"\n", file.display()));
    assert_eq!(said, ["api.keys.acme.key_file (line 4): is empty"]);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_file_that_cannot_be_read_is_all_that_is_said_of_a_key_of_the_api() {
    let said = wrong_with("[api.keys.acme]\nkey_file = \"/nowhere\"\n");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("api.keys.acme.key_file (line 4): cannot read /nowhere: "), "{said:?}");
    let said = wrong_with("[api.keys.acme]\n");
    assert_eq!(said, ["api.keys.acme.key: must be given, here or by key_file"]);
}

#[test]
fn paths_are_paths_and_each_is_taken_once() {
    let said = wrong_with(
        "[api]\npath = \"api\"\n[health]\npath = \"/x/\"\n[metrics]\nenabled = true\npath = \"/x\"\n",
    );
    let plain = "must be a path such as \"/name\", of letters, digits, -, _, . and ~";
    let taken = "metrics.path (line 9): this path is taken by health.path";
    assert_eq!(said, [format!("api.path (line 4): {plain}"), taken.into()]);
    let below = wrong_with("[health]\npath = \"/api/health\"\n");
    assert_eq!(below, ["health.path (line 4): this path is taken by api.path"]);
    let own = wrong_with("[health]\npath = \"/readyz\"\n");
    assert_eq!(own, ["health.path (line 4): this path is taken by the house itself"]);
}

#[test]
fn limits_that_let_nothing_through_are_refused() {
    let said = wrong_with(
        "[limits]\nmessage_size = 0\nqueue_size = 0\nwrite_timeout = \"0s\"\n[workers]\ncount = 65\n",
    );
    assert_eq!(
        said,
        [
            "workers.count (line 8): at most 64",
            "limits.message_size (line 4): must be from 1 to 4294967295",
            "limits.queue_size (line 5): must be more than 0",
            "limits.write_timeout (line 6): must be longer than 0s",
        ]
    );
}

#[test]
fn an_origin_must_be_a_pattern() {
    let said = wrong_with("[centrifuge]\nallowed_origins = [\"https://[\"]\n");
    assert!(said[0].starts_with("centrifuge.allowed_origins (line 4): "), "{said:?}");
}

#[test]
fn a_secret_that_is_wrong_is_not_repeated() {
    let said = wrong(own("[realms.main]\nsecret = \"hush-hush\"\npublic_keys = [\"hush-hush\"]\n"));
    assert_eq!(said.len(), 2);
    assert!(!said.concat().contains("hush-hush"), "{said:?}");
}
