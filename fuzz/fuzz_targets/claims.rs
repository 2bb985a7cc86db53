//! Whatever a provider writes into its tokens, and wherever an operator says that things stand: what is read of it is
//! bounded, and nobody speaks for an organisation that the realm may not name.
//!
//! The first line of the input is the path of every claim, the rest is the payload of a rightly signed token.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vestibule_auth::{
    AllowedOrganisations, ClaimPath, ClaimsConfig, DevelopmentKey, KeyConfig, OrganisationConfig, Preset,
    RealmConfig, RealmsConfig, TrustConfig,
};
use vestibule_model::UnixSeconds;

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const ALLOWED: [&str; 2] = ["acme", "other"];

static KEY: LazyLock<DevelopmentKey> = LazyLock::new(|| DevelopmentKey::from_random([7; 32]));

fn realm(path: &str) -> RealmConfig {
    let path = || Some(path.to_owned());
    let mut realm =
        RealmConfig::new("fuzz", Preset::Static).with_key(KeyConfig::secret(KEY.secret().clone()));
    realm.organisation = OrganisationConfig::Claim {
        path: path(),
        allowed: AllowedOrganisations::Listed(ALLOWED.map(str::to_owned).to_vec()),
    };
    realm.claims = ClaimsConfig {
        user: path(),
        name: path(),
        roles: path().map(|path| vec![path]),
        client_type: path(),
        session: path(),
        node_id: path(),
        rooms: path(),
    };
    realm
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (path, payload) = text.split_once('\n').unwrap_or(("sub", text));
    let is_path = ClaimPath::parse(path).is_some();
    let Ok((realms, _)) = RealmsConfig::of(realm(path)).build() else { return };
    assert!(is_path, "what is no path was taken for one");
    let trust = realms.trust(&TrustConfig::default()).expect("one realm");
    let token = KEY.sign(payload);
    let Ok(verified) = trust.connection(&token, NOW).at_once() else { return };
    let identity = verified.value;
    assert!(ALLOWED.contains(&identity.organisation.as_str()), "an organisation that nobody allowed");
    assert!(!identity.user.is_anonymous(), "a strict realm wants a user");
    let again = trust.connection(&token, NOW).at_once().expect("the same token at the same time").value;
    assert_eq!((again.user, again.organisation), (identity.user, identity.organisation));
});
