//! Where a realm's defaults come from: one method a rule, so that presets can be compared line by line.

use std::time::Duration;

use crate::Algorithm;
use crate::key::KeyKind;

/// A named set of defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Centrifugo's contract, for backends that mint tokens for this gateway: `exp` and `sub` may be missing, every
    /// algorithm of the key's kind but PSS is accepted, and tokens speak about channels.
    Centrifugo,
    /// A strict realm with keys from the configuration.
    Static,
}

impl Preset {
    /// Which algorithms a key serves. A strict realm uses a key for one algorithm alone.
    pub(crate) const fn algorithms(self, kind: KeyKind) -> &'static [Algorithm] {
        match (kind, self) {
            (KeyKind::Hmac, Self::Static) => &[Algorithm::Hs256],
            (KeyKind::Hmac, Self::Centrifugo) => &[Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512],
            (KeyKind::Rsa, Self::Static) => &[Algorithm::Rs256],
            (KeyKind::Rsa, Self::Centrifugo) => &[Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512],
            (KeyKind::P256, _) => &[Algorithm::Es256],
            (KeyKind::P384, _) => &[Algorithm::Es384],
            (KeyKind::P521, _) => &[Algorithm::Es512],
            (KeyKind::Ed25519, _) => &[Algorithm::EdDsa],
        }
    }

    /// How much clocks may differ.
    pub(crate) const fn leeway(self) -> Duration {
        match self {
            Self::Centrifugo => Duration::ZERO,
            Self::Static => Duration::from_secs(30),
        }
    }

    /// How long a token may live.
    pub(crate) const fn longest_lifetime(self) -> Option<Duration> {
        match self {
            Self::Centrifugo => None,
            Self::Static => Some(Duration::from_secs(24 * 60 * 60)),
        }
    }

    /// Whether `exp` is required.
    pub(crate) const fn requires_expiry(self) -> bool {
        matches!(self, Self::Static)
    }

    /// Whether tokens may speak about channels.
    pub(crate) const fn gateway_claims(self) -> bool {
        matches!(self, Self::Centrifugo)
    }

    /// Whether a connection token may name nobody.
    pub(crate) const fn anonymous_tokens(self) -> bool {
        matches!(self, Self::Centrifugo)
    }

    /// Whether a secret that can be guessed is accepted, with a warning: those who move here bring theirs along.
    pub(crate) const fn accepts_short_secrets(self) -> bool {
        matches!(self, Self::Centrifugo)
    }

    /// Whether a claim that is `null` counts as absent.
    pub(crate) const fn takes_null_as_absent(self) -> bool {
        matches!(self, Self::Centrifugo)
    }

    /// Whether users must have short names without control characters.
    pub(crate) const fn wants_plain_users(self) -> bool {
        matches!(self, Self::Static)
    }

    /// Whether a token from the future is refused.
    pub(crate) const fn minds_issue_time(self) -> bool {
        matches!(self, Self::Static)
    }
}
