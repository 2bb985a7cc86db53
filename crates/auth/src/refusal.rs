//! Why a token is not accepted: one coarse word for the door, one precise word for the operator.

use std::fmt;
use std::sync::Arc;

use vestibule_model::Profile;

/// What a door may know, and so what a peer may learn: its answer is uniform within each variant.
///
/// The [`Reason`] inside is for the log and the metric. Neither ever holds a part of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is wrong with the token but the time: a fresh one, or a later moment, heals it.
    Expired(Reason),
    /// It is no token at all: its shape, its encoding or its JSON is wrong.
    Malformed(Reason),
    /// No retry with this token can succeed.
    Invalid(Reason),
    /// It cannot be told now whether the token is good; later it may be.
    Unavailable(Reason),
    /// A token is needed and there is none.
    NoToken,
    /// The token is good but names nobody, and this realm wants users.
    AnonymousToken,
}

/// A token that was not taken: why, by whom, and how its bearer is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub refusal: Refusal,
    /// The realm that refused it; `None`: it could not be told whose token it is.
    pub realm: Option<Arc<str>>,
    /// The codes that the bearer understands, as far as that can be told.
    pub profile: Profile,
}

impl Refusal {
    /// The precise reason, for log and metric.
    pub const fn reason(&self) -> &Reason {
        match self {
            Self::Expired(reason)
            | Self::Malformed(reason)
            | Self::Invalid(reason)
            | Self::Unavailable(reason) => reason,
            Self::NoToken => &Reason::NoToken,
            Self::AnonymousToken => &Reason::AnonymousToken,
        }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Expired | Reason::NotYetValid | Reason::IssuedInFuture => Self::Expired(reason),
            Reason::TooLong
            | Reason::Segments
            | Reason::Encoding
            | Reason::Header(_)
            | Reason::Payload(_) => Self::Malformed(reason),
            Reason::KeysUnavailable | Reason::KeyNotAsked => Self::Unavailable(reason),
            Reason::NoToken => Self::NoToken,
            Reason::AnonymousToken => Self::AnonymousToken,
            _ => Self::Invalid(reason),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired(_) => "token expired",
            Self::Malformed(_) | Self::Invalid(_) => "invalid token",
            Self::Unavailable(_) => "the token cannot be checked now",
            Self::NoToken => "token required",
            Self::AnonymousToken => "token names no user",
        })
    }
}

impl std::error::Error for Refusal {}

/// The first check that a token failed. Names in it are names of claims and header parameters, never values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Longer than [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES).
    TooLong,
    /// Not three non-empty segments.
    Segments,
    /// A segment is not the one canonical base64url spelling of its bytes.
    Encoding,
    /// The header is not strict JSON.
    Header(JsonFault),
    /// The payload is not strict JSON.
    Payload(JsonFault),
    /// A header parameter is missing or has the wrong JSON type.
    HeaderType(&'static str),
    /// A header parameter that asks for processing which is never done here (`crit`, `b64`, `zip`, ...).
    HeaderForbidden(&'static str),
    /// `typ` names another kind of token.
    TokenType,
    /// The algorithm is unknown or not in the realm's list.
    Algorithm,
    /// The realm has no key in use for this algorithm and `kid`.
    NoKey,
    /// The token names no key, and the realm's keys are found by name.
    NoKid,
    /// The realm's keys could not be fetched, or were fetched too long ago.
    KeysUnavailable,
    /// The realm has no such key, and its provider was asked for others too lately to be asked again.
    KeyNotAsked,
    /// The signature does not hold.
    Signature,
    /// A claim has the wrong JSON type.
    ClaimType(&'static str),
    /// A claim's value is out of range or not in its encoding.
    ClaimValue(&'static str),
    /// A claim that the realm or the purpose requires is absent.
    ClaimMissing(&'static str),
    /// `iss` is not an accepted issuer.
    Issuer,
    /// `aud` holds no accepted audience.
    Audience,
    /// The realm requires a claim, by its path, that is absent.
    Required(Arc<str>),
    /// The realm forbids a claim, by its path, that is present.
    Forbidden(Arc<str>),
    /// A claim, by its path, has none of the values that the realm accepts.
    Unequal(Arc<str>),
    /// The token was made for a client that is not in the realm's list.
    Client,
    /// No user, as in a lightweight access token: only the provider can tell whose it is.
    Lightweight,
    /// The user signed in to the provider without saying who he is, and the realm wants users.
    AnonymousSignIn,
    /// The token names no organisation, and the realm speaks for several.
    NoOrganisation,
    /// The token names an organisation for which the realm does not speak.
    Organisation,
    /// A subscription token was presented as a connection token.
    ChannelInConnectionToken,
    /// A subscription token from a realm whose tokens may not speak about channels.
    GatewayClaims,
    /// The token lives longer than the realm allows.
    Lifetime,
    /// `exp` has passed.
    Expired,
    /// `nbf` lies in the future.
    NotYetValid,
    /// `iat` lies in the future.
    IssuedInFuture,
    /// There is no token, and the realms want one.
    NoToken,
    /// The token names no user, and the realm wants one.
    AnonymousToken,
}

/// What keeps a text from being strict JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonFault {
    /// Not UTF-8.
    Encoding,
    /// Not a JSON object, or something follows it.
    Syntax,
    /// A name occurs twice in one object.
    DuplicateName,
    /// Nested deeper than [`MAX_JSON_DEPTH`](crate::MAX_JSON_DEPTH).
    TooDeep,
}

impl Reason {
    /// A metric label: a closed set of short names.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Segments => "segments",
            Self::Encoding => "encoding",
            Self::Header(_) => "header_json",
            Self::Payload(_) => "payload_json",
            Self::HeaderType(_) => "header_type",
            Self::HeaderForbidden(_) => "header_forbidden",
            Self::TokenType => "token_type",
            Self::Algorithm => "algorithm",
            Self::NoKey => "no_key",
            Self::NoKid => "no_kid",
            Self::KeysUnavailable => "keys_unavailable",
            Self::KeyNotAsked => "key_not_asked",
            Self::Signature => "signature",
            Self::ClaimType(_) => "claim_type",
            Self::ClaimValue(_) => "claim_value",
            Self::ClaimMissing(_) => "claim_missing",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Required(_) => "required",
            Self::Forbidden(_) => "forbidden",
            Self::Unequal(_) => "unequal",
            Self::Client => "client",
            Self::Lightweight => "lightweight",
            Self::AnonymousSignIn => "anonymous_sign_in",
            Self::NoOrganisation => "no_organisation",
            Self::Organisation => "organisation",
            Self::ChannelInConnectionToken => "channel_in_connection_token",
            Self::GatewayClaims => "gateway_claims",
            Self::Lifetime => "lifetime",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuedInFuture => "issued_in_future",
            Self::NoToken => "no_token",
            Self::AnonymousToken => "anonymous_token",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLong => "the token is too long",
            Self::Segments => "not three non-empty segments",
            Self::Encoding => "a segment is not canonical base64url",
            Self::Header(fault) => return write!(f, "the header is not strict JSON: {fault}"),
            Self::Payload(fault) => return write!(f, "the payload is not strict JSON: {fault}"),
            Self::HeaderType(name) => {
                return write!(f, "header parameter {name} is missing or of the wrong type");
            }
            Self::HeaderForbidden(name) => return write!(f, "header parameter {name} is not allowed"),
            Self::TokenType => "typ names another kind of token",
            Self::Algorithm => "the algorithm is not in the realm's list",
            Self::NoKey => "the realm has no key for this algorithm and kid",
            Self::NoKid => "the token names no key (kid)",
            Self::KeysUnavailable => "the provider's keys cannot be had",
            Self::KeyNotAsked => "an unknown key, and the provider was asked for others a moment ago",
            Self::Signature => "the signature does not hold",
            Self::ClaimType(name) => return write!(f, "claim {name} has the wrong JSON type"),
            Self::ClaimValue(name) => return write!(f, "claim {name} has an impossible value"),
            Self::ClaimMissing(name) => return write!(f, "claim {name} is missing"),
            Self::Issuer => "iss is not an accepted issuer",
            Self::Audience => "aud holds no accepted audience",
            Self::Required(path) => return write!(f, "claim {path} is required and missing"),
            Self::Forbidden(path) => return write!(f, "claim {path} is forbidden and present"),
            Self::Unequal(path) => return write!(f, "claim {path} has none of the accepted values"),
            Self::Client => "the token was made for another client",
            Self::Lightweight => "the token has no sub: a lightweight access token, which names no user",
            Self::AnonymousSignIn => "the user signed in anonymously",
            Self::NoOrganisation => "the token names no organisation",
            Self::Organisation => "the realm does not speak for the organisation that the token names",
            Self::ChannelInConnectionToken => "a connection token must not have a channel claim",
            Self::GatewayClaims => "tokens of this realm may not speak about channels",
            Self::Lifetime => "the token lives longer than the realm allows",
            Self::Expired => "exp has passed",
            Self::NotYetValid => "nbf lies in the future",
            Self::IssuedInFuture => "iat lies in the future",
            Self::NoToken => "there is no token",
            Self::AnonymousToken => "the token names no user",
        };
        f.write_str(text)
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encoding => "not UTF-8",
            Self::Syntax => "not one JSON object",
            Self::DuplicateName => "a name occurs twice",
            Self::TooDeep => "nested too deep",
        })
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal.fmt(f)
    }
}

impl std::error::Error for Rejection {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_cannot_tell_one_invalid_token_from_another() {
        let outward = |reason| Refusal::from(reason).to_string();
        assert_eq!(outward(Reason::Signature), outward(Reason::ClaimType("exp")));
        assert_eq!(outward(Reason::Signature), outward(Reason::Organisation));
        assert_eq!(outward(Reason::Expired), outward(Reason::NotYetValid));
        assert_ne!(outward(Reason::Signature), outward(Reason::Expired));
    }

    #[test]
    fn the_reason_survives_the_way_to_the_door() {
        for reason in
            [Reason::Expired, Reason::Audience, Reason::Segments, Reason::NoToken, Reason::AnonymousToken]
        {
            assert_eq!(*Refusal::from(reason.clone()).reason(), reason);
        }
    }

    #[test]
    fn keys_that_cannot_be_had_are_no_verdict_about_the_token() {
        assert_eq!(Refusal::from(Reason::KeysUnavailable), Refusal::Unavailable(Reason::KeysUnavailable));
        assert_eq!(Refusal::from(Reason::KeyNotAsked), Refusal::Unavailable(Reason::KeyNotAsked));
        assert_eq!(Refusal::from(Reason::NoKey), Refusal::Invalid(Reason::NoKey));
    }
}
