//! What the clients of a realm are told when their token is not taken, runs out, or is revoked.
//!
//! The protocol leaves room here, and two kinds of clients use it differently. Centrifugo's fetch a new token by
//! themselves when they hear 109; Cadenza's have a fixed token and an application that waits for 3500. Each answer
//! of the second profile is chosen so that clients which do fetch tokens are healed as before.

use vestibule_model::{Close, Cure, Expiry, Profile};

use super::verdict::Denied;
use crate::centrifuge::codes::{ErrorCode, disconnect};
use crate::contract::{Refusal, Refused};

/// The token ran out: the application gets a fresh one and connects anew.
const TOKEN_EXPIRED: Close = Close::new(3500, "token expired");
/// There is no token.
const TOKEN_REQUIRED: Close = Close::new(3500, "token required");
/// What came is no token.
const MALFORMED: Close = Close::new(3500, "invalid token format");
/// The same as an answer, which is what applications look for.
const MALFORMED_TOKEN: ErrorCode = ErrorCode { code: 100, message: "invalid token format", temporary: false };

/// The answer to a connect command.
pub(super) fn at_connect(Refused { refusal, profile }: Refused) -> Denied {
    match (refusal, profile) {
        (Refusal::Missing, Profile::Centrifugo) => Denied::Close(disconnect::BAD_REQUEST),
        (Refusal::Missing, Profile::Cadenza) => Denied::Close(TOKEN_REQUIRED),
        (Refusal::Malformed, Profile::Cadenza) => Denied::ErrorAndClose(MALFORMED_TOKEN, MALFORMED),
        (Refusal::Malformed | Refusal::Invalid, _) => Denied::Close(disconnect::INVALID_TOKEN),
        (Refusal::Anonymous, _) => Denied::Close(disconnect::PERMISSION_DENIED),
        (Refusal::Expired, _) => Denied::Error(ErrorCode::TOKEN_EXPIRED),
        (Refusal::Unavailable, _) => Denied::Error(ErrorCode::INTERNAL),
    }
}

/// The answer to a refresh command. An expired token is worth nothing any more, so there the connection ends.
pub(super) fn at_refresh(Refused { refusal, profile }: Refused) -> Denied {
    match refusal {
        Refusal::Expired => Denied::Close(at_expiry(profile)),
        Refusal::Unavailable => Denied::Error(ErrorCode::INTERNAL),
        Refusal::Anonymous => Denied::Close(disconnect::PERMISSION_DENIED),
        Refusal::Missing | Refusal::Malformed | Refusal::Invalid => Denied::Close(disconnect::INVALID_TOKEN),
    }
}

/// The answer to a command with a token that the realm takes for a little longer, but that has run out: a client that
/// hears 109 fetches another one. To one whose issuer wanted this very end, 110 is final.
pub(super) fn at_end(over: Expiry) -> ErrorCode {
    match over {
        Expiry::Token(_) => ErrorCode::TOKEN_EXPIRED,
        Expiry::Stated(_) => ErrorCode::EXPIRED,
    }
}

/// The answer to a refresh command with such a token.
pub(super) fn at_end_in_refresh(over: Expiry, profile: Profile) -> Denied {
    match over {
        Expiry::Token(_) => at_refresh(Refused { refusal: Refusal::Expired, profile }),
        Expiry::Stated(_) => Denied::Error(ErrorCode::EXPIRED),
    }
}

/// The goodbye to a connection whose token has run out.
pub(super) fn at_expiry(profile: Profile) -> Close {
    match profile {
        Profile::Centrifugo => disconnect::EXPIRED,
        Profile::Cadenza => TOKEN_EXPIRED,
    }
}

/// The goodbye to a connection whose token was revoked.
pub(super) fn at_revocation(profile: Profile, cure: Cure) -> Close {
    if cure.is_a_fresh_token() { at_expiry(profile) } else { disconnect::INVALID_TOKEN }
}

/// A token that was revoked before its connection was counted.
pub(super) fn revoked_at_connect(profile: Profile, cure: Cure) -> Denied {
    at_connect(Refused { refusal: cure.into(), profile })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connect(refusal: Refusal) -> Denied {
        at_connect(Refused { refusal, profile: Profile::Cadenza })
    }

    #[test]
    fn an_application_that_waits_for_3500_hears_it_whenever_its_token_is_of_no_use() {
        assert_eq!(connect(Refusal::Missing), Denied::Close(Close::new(3500, "token required")));
        assert_eq!(connect(Refusal::Invalid), Denied::Close(Close::new(3500, "invalid token")));
        assert_eq!(at_expiry(Profile::Cadenza), Close::new(3500, "token expired"));
    }

    #[test]
    fn what_is_no_token_is_said_to_be_none() {
        let Denied::ErrorAndClose(error, _) = connect(Refusal::Malformed) else { unreachable!() };
        assert_eq!((error.code, error.message, error.temporary), (100, "invalid token format", false));
    }

    #[test]
    fn clients_that_fetch_tokens_are_healed_in_either_profile() {
        for profile in [Profile::Centrifugo, Profile::Cadenza] {
            let answer = at_connect(Refused { refusal: Refusal::Expired, profile });
            assert_eq!(answer, Denied::Error(ErrorCode::TOKEN_EXPIRED), "{profile:?}");
            let answer = at_connect(Refused { refusal: Refusal::Unavailable, profile });
            assert_eq!(answer, Denied::Error(ErrorCode::INTERNAL), "{profile:?}");
        }
    }

    #[test]
    fn no_reason_looks_like_json_to_a_client_that_tries_to_read_it_as_such() {
        for close in [TOKEN_EXPIRED, TOKEN_REQUIRED, MALFORMED] {
            assert!(serde_json::from_str::<serde_json::Value>(&close.reason).is_err(), "{close:?}");
        }
    }
}
