//! `vestibule dev`: a house for the machine of one developer, with keys made at start and tokens at hand.
//!
//! It is set up by `dev.toml` in our own format, which variables and flags override as they do any other file: it
//! listens on this machine alone and keeps everything in memory.

mod greeting;

use rand::{Rng, RngExt};
use vestibule_auth::config::KeyMaterial;
use vestibule_auth::issue::{GenerateKind, GeneratedKey};
use vestibule_auth::{DevelopmentKey, Secret};
use vestibule_model::UnixSeconds;

use crate::config::{DemoSettings, Plan, Refused, Settings, Sources, own};

const SETTINGS: &str = include_str!("dev.toml");

/// What a developer gets: a house, and what to talk to it with.
#[derive(Debug)]
pub struct Development {
    /// What the house is built from.
    pub plan: Plan,
    /// What to tell the developer once it is open.
    pub greeting: String,
}

/// Sets it up. Keys that the sources do not give are made.
///
/// # Errors
/// What is wrong with the sources.
pub fn set_up(sources: Sources, now: UnixSeconds, random: &mut impl Rng) -> Result<Development, Refused> {
    let mut made = || DevelopmentKey::from_random(random.random()).secret().reveal().to_owned();
    let mut flags = vec![
        ("realms.dev.secret".to_owned(), made()),
        ("api.key".to_owned(), made()),
        ("signal.admin_secret".to_owned(), made()),
    ];
    let key = GeneratedKey::new(GenerateKind::Ed25519, None).ok().map(|key| key.base64_private_jwk());
    flags.extend(key.map(|key| ("signal.private_key".to_owned(), key.reveal().to_owned())));
    flags.retain(|(key, _)| !is_given(&sources, key));
    flags.extend(sources.flags);
    let mut plan = own::parse(SETTINGS, &Sources { flags, ..sources })?;
    let key = development_key(&plan.settings);
    let rooms = plan.settings.signal.as_ref().and_then(|signal| signal.http.tokens.clone());
    plan.settings.demo = key.as_ref().map(|key| DemoSettings { key: key.secret().clone(), rooms });
    let warning =
        "this house is for development: nothing is kept when it ends, and its keys are made at start";
    plan.warnings.push(warning.into());
    let greeting = greeting::greeting(&plan.settings, key.as_ref(), now);
    Ok(Development { plan, greeting })
}

/// Whether a variable gives the key, which a flag of ours would override.
fn is_given(sources: &Sources, key: &str) -> bool {
    let variable = format!("VESTIBULE_{}", key.replace('.', "__").to_uppercase());
    sources.variables.iter().any(|(name, _)| *name == variable)
}

/// The key that signs tokens: the secret of the realm of connections.
fn development_key(settings: &Settings) -> Option<DevelopmentKey> {
    let secret = |material: &KeyMaterial| match material {
        KeyMaterial::Secret(secret) => Some(Secret::clone(secret)),
        KeyMaterial::PublicKey { .. } | KeyMaterial::Jwk(_) => None,
    };
    let mut keys = settings.realms.realms.iter().flat_map(|realm| &realm.keys);
    keys.find_map(|key| secret(&key.material)).map(DevelopmentKey::from_secret)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use vestibule_auth::TokenDraft;

    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

    fn development(flags: &[(&str, &str)], variables: &[(&str, &str)]) -> Development {
        let owned = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        let sources = Sources { variables: owned(variables), flags: owned(flags), ..Sources::default() };
        set_up(sources, NOW, &mut StdRng::seed_from_u64(7)).unwrap()
    }

    #[test]
    fn it_listens_on_this_machine_alone_and_on_the_port_that_is_asked_for() {
        let settings = development(&[("listen.port", "8123")], &[]).plan.settings;
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8123");
    }

    #[test]
    fn its_tokens_are_accepted_by_its_realm() {
        let Development { plan, greeting } = development(&[], &[]);
        let (realms, _) = plan.settings.realms.build().unwrap();
        let trust = realms.trust(&plan.settings.centrifuge.trust.connections).unwrap();
        let tokens: Vec<_> = greeting.split_whitespace().filter(|word| word.starts_with("eyJ")).collect();
        let users: Vec<_> = tokens
            .iter()
            .map(|token| trust.connection(token, NOW).at_once().unwrap().value.user.as_str().to_owned())
            .collect();
        assert_eq!(users, ["alice", "bob"]);
    }

    #[test]
    fn what_a_token_says_of_its_bearer_is_for_the_others_in_the_room() {
        let settings = development(&[], &[]).plan.settings;
        let key = DevelopmentKey::from_secret(settings.demo.unwrap().key);
        let info = serde_json::json!({ "name": "Olive Bison" });
        let minute = Some(Duration::from_secs(60));
        let draft = TokenDraft { info: Some(info.clone()), ..TokenDraft::new("guest-1", minute) };
        let token = key.connection_token(&draft, NOW);
        let (realms, _) = settings.realms.build().unwrap();
        let trust = realms.trust(&settings.centrifuge.trust.connections).unwrap();
        let bearer = trust.connection(&token, NOW).at_once().unwrap().value;
        assert_eq!(bearer.info.as_deref(), Some(info.to_string().as_bytes()));
    }

    #[test]
    fn a_secret_that_is_given_is_used() {
        let secret = "0123456789abcdef0123456789abcdef";
        let settings = development(&[], &[("VESTIBULE_REALMS__DEV__SECRET", secret)]).plan.settings;
        assert_eq!(settings.demo.unwrap().key.reveal(), secret);
    }

    #[test]
    fn the_secret_that_signs_tokens_is_not_printed() {
        let Development { plan, greeting } = development(&[], &[]);
        assert!(!greeting.contains(plan.settings.demo.unwrap().key.reveal()));
    }

    #[test]
    fn the_demo_has_its_channels() {
        let settings = development(&[], &[]).plan.settings;
        let demo = settings.centrifuge.rules.channel("demo:lobby").unwrap();
        assert!(demo.presence && demo.force_push_join_leave && demo.force_recovery);
        assert_eq!(demo.retention().map(|kept| kept.size), Some(200));
        let live = settings.centrifuge.rules.channel("live:lobby").unwrap();
        assert!(live.allow_publish.subscriber && live.retention().is_none());
    }
}
