//! What can be wrong with a realm's configuration, and what is merely unwise.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::jwks::AddressFault;
use crate::{Algorithm, Family, JwkFault, PublicKeyFault};

/// Something that keeps a realm from being built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The realm's name.
    pub realm: String,
    /// The field of [`RealmConfig`](crate::RealmConfig) that it is about, such as `keys[0]`.
    pub field: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is empty.
    Empty,
    /// A secret of so few bytes can be guessed.
    ShortSecret(usize),
    /// A key of another kind stands where a secret should: whoever has that key could sign tokens with it.
    KeyForSecret,
    /// The public key cannot be used.
    PublicKey(PublicKeyFault),
    /// The key as JSON cannot be used.
    Jwk(JwkFault),
    /// The public key is not of the family that was asked for.
    WrongFamily {
        /// What was asked for.
        expected: Family,
        /// What the key is.
        found: Family,
    },
    /// No algorithm in the realm's list works with this key.
    IdleKey,
    /// More keys than a token's check may cost.
    TooManyKeys(usize),
    /// Exact values and a pattern exclude each other.
    ExactAndPattern,
    /// The pattern is not a regular expression; the text says where.
    Pattern(String),
    /// Not a path of claims, or one with `*` where one thing alone can stand.
    ClaimPath,
    /// A path by which something is decided leads to what users can write themselves.
    UserEditable,
    /// The organisation comes from a claim, and it is not known from which.
    NoOrganisationClaim,
    /// The provider's issuer is not given.
    NoIssuer,
    /// The application's id at the provider is not given, from which issuers and keys follow.
    NoClientId,
    /// It is not known where the provider publishes its keys.
    NoAddress,
    /// A discovery document speaks for one issuer, and the realm's are a pattern.
    DiscoveryOfPattern,
    /// The preset makes nothing of a client's id.
    IdleClient,
    /// Nothing tells tokens for this application from those that the provider makes for others.
    NoAudience,
    /// Keys are not fetched from such an address.
    Address(AddressFault),
    /// The address of the keys and the address at which it can be found exclude each other.
    TwoAddresses,
    /// Another realm has this name.
    Twice,
    /// There is no realm of this name.
    NoSuchRealm,
    /// The realm of that name has the same issuer, and both are trusted at one door.
    SharedIssuer(String),
    /// The realm of that name takes any issuer too, and both are trusted at one door.
    OpenIssuers(String),
    /// Peers without a token are let in, and it is not clear to which organisation they belong.
    NobodysOrganisation,
    /// More than a minute.
    LeewayTooLong,
    /// Not within these bounds.
    Range(RangeInclusive<Duration>),
    /// No connection could use a subscription token of the realm: none is of its organisation.
    OtherOrganisation,
}

/// Something legal that an operator should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The realm has no keys, so every token is refused.
    NoKeys {
        /// The realm's name.
        realm: String,
    },
    /// A secret short enough to be guessed.
    ShortSecret {
        /// The realm's name.
        realm: String,
        /// Its position in `keys`.
        key: usize,
        /// Its length in bytes.
        bytes: usize,
    },
    /// An algorithm that is allowed but for which the realm has no key.
    NoKeyFor {
        /// The realm's name.
        realm: String,
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// Tokens of every client of the provider are accepted.
    AnyClient {
        /// The realm's name.
        realm: String,
    },
    /// The provider may name any organisation.
    AnyOrganisation {
        /// The realm's name.
        realm: String,
    },
    /// A pattern without `^` and `$` also accepts texts that only contain what is meant.
    LoosePattern {
        /// The realm's name.
        realm: String,
        /// The field.
        field: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "realm {:?}, {}: {}", self.realm, self.field, self.fault)
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::ShortSecret(bytes) => {
                write!(
                    f,
                    "a secret of {bytes} bytes can be guessed; use at least {}",
                    super::MIN_SECRET_BYTES
                )
            }
            Self::KeyForSecret => f.write_str(
                "this is a key of another kind, such as a public one: with it as a secret, whoever has it could sign \
                 tokens",
            ),
            Self::PublicKey(fault) => fault.fmt(f),
            Self::Jwk(fault) => fault.fmt(f),
            Self::Range(range) => write!(f, "must be from {:?} to {:?}", range.start(), range.end()),
            Self::WrongFamily { expected, found } => {
                write!(f, "an {expected} key is expected, this is {found}")
            }
            Self::IdleKey => f.write_str("no allowed algorithm works with this key"),
            Self::TooManyKeys(count) => write!(f, "{count} keys; at most {} are tried", super::MAX_KEYS),
            Self::ExactAndPattern => f.write_str("give either exact values or a pattern"),
            Self::Pattern(message) => write!(f, "not a regular expression: {message}"),
            Self::ClaimPath => f.write_str(
                "not the path of a claim: names with dots between them, those with dots in them in double quotes",
            ),
            Self::UserEditable => {
                f.write_str("users can write this claim themselves, so nothing can be decided by it")
            }
            Self::NoOrganisationClaim => f.write_str("which claim names the organisation?"),
            Self::NoIssuer => f.write_str("the provider's issuer must be given"),
            Self::NoClientId => f.write_str("must be given: the provider's issuers and keys follow from it"),
            Self::NoAddress => f.write_str("it is not known where the provider publishes its keys"),
            Self::DiscoveryOfPattern => f.write_str(
                "a discovery document speaks for one issuer: list the issuers instead of a pattern, or give jwks_url",
            ),
            Self::IdleClient => f.write_str("preset workos alone has it; list the clients of others in clients"),
            Self::NoAudience => f.write_str(
                "tokens that the provider makes for other applications would be taken: give audiences or clients, or \
                 say accept_tokens_made_for_any_application = true",
            ),
            Self::Address(fault) => write!(f, "keys cannot be fetched from there: {fault}"),
            Self::TwoAddresses => f.write_str("give either jwks_url or discovery_url"),
            Self::Twice => f.write_str("another realm has this name"),
            Self::NoSuchRealm => f.write_str("there is no such realm"),
            Self::SharedIssuer(other) => write!(
                f,
                "realm {other:?} has the same issuer, and a door that trusts both could not tell whose a token is"
            ),
            Self::OpenIssuers(other) => write!(
                f,
                "realm {other:?} has no list of issuers either, and a door that trusts both could not tell whose a \
                 token is"
            ),
            Self::NobodysOrganisation => f.write_str(
                "who brings no token must belong to one organisation: trust realms of one organisation here",
            ),
            Self::LeewayTooLong => write!(f, "at most {} s", super::MAX_LEEWAY.as_secs()),
            Self::OtherOrganisation => {
                f.write_str("subscription tokens must belong to the organisation of the connection tokens")
            }
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKeys { realm } => write!(f, "realm {realm:?} has no keys: every token is refused"),
            Self::ShortSecret { realm, key, bytes } => write!(
                f,
                "realm {realm:?}: the secret keys[{key}] has {bytes} bytes and can be guessed; use at least {}",
                super::MIN_SECRET_BYTES
            ),
            Self::NoKeyFor { realm, algorithm } => {
                write!(f, "realm {realm:?} allows {algorithm} but has no key for it")
            }
            Self::AnyClient { realm } => write!(
                f,
                "realm {realm:?} names neither audiences nor clients, so tokens that were made for any application \
                 of the provider are accepted"
            ),
            Self::AnyOrganisation { realm } => write!(
                f,
                "realm {realm:?} may speak for any organisation: whoever rules the provider rules them all"
            ),
            Self::LoosePattern { realm, field } => {
                write!(
                    f,
                    "realm {realm:?}: {field} is not anchored by ^ and $, so it accepts more than it shows"
                )
            }
        }
    }
}
