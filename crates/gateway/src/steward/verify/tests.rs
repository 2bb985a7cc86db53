//! Every token that is not taken is counted for its reason.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use vestibule_auth::{DevelopmentKey, KeyConfig, Preset, RealmConfig, RealmsConfig, TokenDraft, TrustConfig};
use vestibule_broker::memory::MemoryBroker;
use vestibule_broker::{Courier, WorkerId};
use vestibule_model::{Delivery, Moment, OrganisationId, Revocation, Revoked};
use vestibule_store::Location;

use super::*;
use crate::keys::KeyKeeper;
use crate::steward::Records;

const SECRET: &str = "a secret that is long enough for every realm";
const NOW: Now = Now::new(Moment::ZERO, 1_700_000_000_000);

/// Nobody is there to hear anything.
struct Nowhere;

impl Courier for Nowhere {
    fn has_room(&self, _: WorkerId) -> bool {
        true
    }

    fn deliver(&self, _: WorkerId, _: Delivery) {}
}

/// A steward that trusts one realm, whose tokens open one connection each.
async fn steward() -> Steward {
    let realm = RealmConfig {
        single_use: true,
        gateway_claims: Some(true),
        ..RealmConfig::new("realm", Preset::Static).with_key(KeyConfig::secret(SECRET))
    };
    let (realms, _) = RealmsConfig::of(realm).build().unwrap();
    let trust = realms.trust(&TrustConfig::default()).unwrap();
    let records = Records::open(&Location::Memory, 10, Handle::current(), NOW.unix).await.unwrap();
    let broker = MemoryBroker::new(Arc::new(Nowhere), Default::default(), &mut rand::rng());
    Steward::new(trust.into(), KeyKeeper::default(), broker, records, |_| unreachable!("nothing has to wait"))
}

fn token(id: &str, channel: Option<&str>) -> Token {
    let key = DevelopmentKey::from_secret(SECRET.into());
    let draft = TokenDraft::new("ann", Some(Duration::from_secs(60))).with("jti", id);
    let token = match channel {
        Some(channel) => key.subscription_token(&draft, channel, NOW.unix),
        None => key.connection_token(&draft, NOW.unix),
    };
    Token(token.into())
}

fn counted(steward: &Steward) -> [u64; 3] {
    ["revoked", "used", "used_unknown"].map(|reason| steward.refusals().of("realm", reason))
}

async fn connect(steward: &Steward, id: &str) -> Result<Identity, Refusal> {
    let bearer = steward.authenticate(Door::Centrifuge, Some(token(id, None)), NOW).await;
    bearer.map_err(|refused| refused.refusal)
}

#[tokio::test]
async fn a_token_that_is_used_again_is_refused_and_counted() {
    let steward = steward().await;
    assert!(connect(&steward, "one").await.is_ok());
    assert_eq!(counted(&steward), [0, 0, 0]);
    assert_eq!(connect(&steward, "one").await, Err(Refusal::Expired));
    assert_eq!(counted(&steward), [0, 1, 0]);
    steward.records().close().await;
    assert_eq!(connect(&steward, "two").await, Err(Refusal::Unavailable));
    assert_eq!(counted(&steward), [0, 1, 1]);
}

#[tokio::test]
async fn a_revoked_token_is_refused_and_counted_for_whatever_it_is() {
    let steward = steward().await;
    let organisation = OrganisationId::from_verified("default");
    let what = Revoked::Token("one".into());
    let revocation = Revocation { organisation, what, until: UnixSeconds(i64::MAX) };
    steward.records().revocations().add(Arc::new(revocation));
    assert_eq!(connect(&steward, "one").await, Err(Refusal::Expired));
    assert_eq!(counted(&steward), [1, 0, 0]);
    let grant = steward.authorise(&token("one", Some("news")), NOW).await;
    assert_eq!(grant, Err(Refusal::Expired));
    assert_eq!(counted(&steward), [2, 0, 0]);
}

#[tokio::test]
async fn one_who_brings_no_token_where_one_is_wanted_is_counted() {
    let steward = steward().await;
    let nobody = steward.authenticate(Door::Centrifuge, None, NOW).await;
    assert_eq!(nobody.unwrap_err().refusal, Refusal::Missing);
    assert_eq!(steward.refusals().of("", "no_token"), 1);
}
