//! What believed claims amount to: the nouns that the house works with.

use std::collections::HashSet;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use vestibule_model::{
    ChannelOverride, Credential, Expiry, Identity, OrganisationId, ServerSubscription, SubscriptionGrant,
    UnixSeconds, UserId,
};

use super::claims::{Claims, decode_base64};
use super::{ClaimPath, Mapping, Realm};
use crate::Reason;
use crate::token::Object;

/// The bearer of a connection token. Without the realm's leave to speak about the gateway's own affairs, a token
/// says who its bearer is and until when, and nothing else.
pub(super) fn identity(realm: &Realm, claims: &Claims<'_>) -> Result<Identity, Reason> {
    let Mapping { name, roles, client_type, node_id, rooms, .. } = &realm.mapping;
    let organisation = realm.organisation_of(claims)?;
    let mut identity = Identity {
        user: user(claims),
        name: optional(claims, name.as_ref(), "name")?,
        roles: all_roles(claims, roles)?,
        client_type: optional(claims, client_type.as_ref(), "client_type")?,
        node_id: bound_id(claims, node_id.as_ref())?,
        rooms: rooms.as_ref().map(|path| claims.texts_at(path, "rooms")).transpose()?,
        credential: credential(realm, claims)?,
        expires: claims.expires.map(Expiry::Token),
        ..anonymous(realm, organisation)
    };
    if realm.rules.gateway_claims {
        identity.expires = expiry(claims)?;
        identity.info = claims.bytes("info", "b64info")?;
        identity.meta = claims.opaque("meta");
        identity.subscriptions = subscriptions(claims)?;
    }
    if realm.rules.show_names && identity.info.is_none() {
        identity.info = identity.name.as_deref().map(name_to_show);
    }
    Ok(identity)
}

/// What others see of a bearer: the one thing that a mapping says of somebody for everybody's eyes.
fn name_to_show(name: &str) -> Bytes {
    serde_json::json!({ "name": name }).to_string().into()
}

/// Whoever comes without a token.
pub(crate) fn anonymous(realm: &Realm, organisation: OrganisationId) -> Identity {
    Identity { profile: realm.profile, ..Identity::anonymous(realm.name.clone(), organisation) }
}

/// What a subscription token is good for.
pub(super) fn subscription(realm: &Realm, claims: &Claims<'_>) -> Result<SubscriptionGrant, Reason> {
    let client = claims.text("client")?.filter(|client| !client.is_empty());
    Ok(SubscriptionGrant {
        realm: realm.name.clone(),
        credential: credential(realm, claims)?,
        organisation: realm.organisation_of(claims)?,
        channel: claims.channel.as_deref().ok_or(Reason::ClaimMissing("channel"))?.into(),
        user: user(claims),
        client: client.as_deref().map(Into::into),
        expires: expiry(claims)?,
        info: claims.bytes("info", "b64info")?,
        data: claims.bytes("data", "b64data")?,
        overrides: claims.raw("override").map_or(Ok(ChannelOverride::default()), overrides)?,
    })
}

/// What revocations will know the token by.
fn credential(realm: &Realm, claims: &Claims<'_>) -> Result<Credential, Reason> {
    let session = match optional(claims, realm.mapping.session.as_ref(), "session") {
        Err(_) if realm.rules.preset.passes_over_odd_sessions() => None,
        session => session?,
    };
    Ok(Credential {
        token: claims.id.as_deref().filter(|id| !id.is_empty()).map(Into::into),
        session,
        issued: claims.issued,
    })
}

/// A text of the mapping; one that is empty says nothing.
fn optional(
    claims: &Claims<'_>,
    path: Option<&ClaimPath>,
    what: &'static str,
) -> Result<Option<Box<str>>, Reason> {
    let Some(path) = path else { return Ok(None) };
    Ok(claims.text_at(path, what)?.filter(|text| !text.is_empty()).map(Into::into))
}

/// The one id for which a token is good. One that is empty would bind nothing, and whoever made the token meant that it
/// does.
fn bound_id(claims: &Claims<'_>, path: Option<&ClaimPath>) -> Result<Option<Box<str>>, Reason> {
    let Some(path) = path else { return Ok(None) };
    match claims.text_at(path, "nodeId")? {
        Some(id) if id.is_empty() => Err(Reason::ClaimValue("nodeId")),
        id => Ok(id.map(Into::into)),
    }
}

/// The roles of all paths, each once.
fn all_roles(claims: &Claims<'_>, paths: &[ClaimPath]) -> Result<Vec<Box<str>>, Reason> {
    let mut roles: Vec<Box<str>> = Vec::new();
    for path in paths {
        roles.extend(claims.texts_at(path, "roles")?);
    }
    let mut seen = HashSet::with_capacity(roles.len());
    roles.retain(|role| !role.is_empty() && seen.insert(role.clone()));
    Ok(roles)
}

fn user(claims: &Claims<'_>) -> UserId {
    UserId::new(claims.user.as_deref().unwrap_or_default())
}

/// `expire_at` speaks of the connection or subscription and overrides the token's own `exp`; zero means never.
fn expiry(claims: &Claims<'_>) -> Result<Option<Expiry>, Reason> {
    match claims.time("expire_at")? {
        None => Ok(claims.expires.map(Expiry::Token)),
        Some(UnixSeconds(0)) => Ok(None),
        Some(UnixSeconds(..0)) => Err(Reason::ClaimValue("expire_at")),
        Some(time) => Ok(Some(Expiry::Stated(time))),
    }
}

/// `subs` with options for each channel wins over the plain list `channels`, unless it is empty. A channel listed
/// twice is one subscription.
fn subscriptions(claims: &Claims<'_>) -> Result<Vec<ServerSubscription>, Reason> {
    let channels = claims.list("channels")?;
    let detailed = claims.raw("subs").map_or(Ok(Vec::new()), detailed)?;
    if !detailed.is_empty() {
        return Ok(detailed);
    }
    let mut subscriptions: Vec<ServerSubscription> = Vec::with_capacity(channels.len());
    let mut seen = HashSet::with_capacity(channels.len());
    for channel in &channels {
        if seen.insert(channel) {
            subscriptions.push(SubscriptionClaim::default().into_subscription(channel)?);
        }
    }
    Ok(subscriptions)
}

fn detailed(raw: &str) -> Result<Vec<ServerSubscription>, Reason> {
    let subs = Object::members_of(raw).ok_or(Reason::ClaimType("subs"))?;
    let subscription = |(channel, raw): (&str, &str)| {
        let claim: Option<SubscriptionClaim<'_>> =
            serde_json::from_str(raw).map_err(|_| Reason::ClaimType("subs"))?;
        claim.unwrap_or_default().into_subscription(channel)
    };
    subs.iter().map(subscription).collect()
}

/// One entry of `subs`.
#[derive(Default, Deserialize)]
struct SubscriptionClaim<'a> {
    #[serde(borrow)]
    info: Option<&'a RawValue>,
    b64info: Option<String>,
    data: Option<&'a RawValue>,
    b64data: Option<String>,
    #[serde(rename = "override")]
    overrides: Option<OverrideClaim>,
}

impl SubscriptionClaim<'_> {
    fn into_subscription(self, channel: &str) -> Result<ServerSubscription, Reason> {
        let bytes = |json: Option<&RawValue>, base64: Option<String>| {
            let verbatim = json.map(|raw| Bytes::copy_from_slice(raw.get().as_bytes()));
            let encoded = base64.filter(|encoded| !encoded.is_empty());
            encoded.map_or(Ok(verbatim), |encoded| decode_base64(&encoded, "subs").map(Some))
        };
        Ok(ServerSubscription {
            channel: channel.into(),
            info: bytes(self.info, self.b64info)?,
            data: bytes(self.data, self.b64data)?,
            overrides: self.overrides.unwrap_or_default().into(),
        })
    }
}

fn overrides(raw: &str) -> Result<ChannelOverride, Reason> {
    let claim: OverrideClaim = serde_json::from_str(raw).map_err(|_| Reason::ClaimType("override"))?;
    Ok(claim.into())
}

/// The claim `override`: each option is an object, so that "absent" and "off" differ in every language.
#[derive(Default, Deserialize)]
struct OverrideClaim {
    presence: Option<Switch>,
    join_leave: Option<Switch>,
    force_push_join_leave: Option<Switch>,
    force_recovery: Option<Switch>,
    force_positioning: Option<Switch>,
}

#[derive(Deserialize)]
struct Switch {
    #[serde(default)]
    value: bool,
}

impl From<OverrideClaim> for ChannelOverride {
    fn from(claim: OverrideClaim) -> Self {
        let value = |switch: Option<Switch>| switch.map(|switch| switch.value);
        Self {
            presence: value(claim.presence),
            join_leave: value(claim.join_leave),
            force_push_join_leave: value(claim.force_push_join_leave),
            force_recovery: value(claim.force_recovery),
            force_positioning: value(claim.force_positioning),
        }
    }
}
