//! The compact form: `header.payload.signature`, each segment base64url.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Reason;

/// The longest token that is looked at, in bytes. Larger than any HTTP header that a proxy would let through, so
/// that no honest token meets it, and small enough to bound the work that a stranger can ask for.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// A token's three parts, decoded.
pub(crate) struct Compact<'t> {
    /// `header.payload` as it was sent: what the signature is about.
    pub(crate) signed: &'t [u8],
    /// The header's bytes.
    pub(crate) header: Vec<u8>,
    /// The payload's bytes.
    pub(crate) payload: Vec<u8>,
    /// The signature.
    pub(crate) signature: Vec<u8>,
}

impl<'t> Compact<'t> {
    /// Takes a token apart. Padding, the other alphabet, white space and stray bits are refused, so each segment
    /// has exactly one spelling.
    pub(crate) fn decode(token: &'t str) -> Result<Self, Reason> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Reason::TooLong);
        }
        let mut segments = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Err(Reason::Segments);
        };
        if header.is_empty() || payload.is_empty() || signature.is_empty() {
            return Err(Reason::Segments);
        }
        Ok(Self {
            signed: &token.as_bytes()[..header.len() + 1 + payload.len()],
            header: decode(header)?,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }
}

fn decode(segment: &str) -> Result<Vec<u8>, Reason> {
    URL_SAFE_NO_PAD.decode(segment).map_err(|_| Reason::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(token: &str) -> Reason {
        Compact::decode(token).err().expect("a malformed token")
    }

    #[test]
    fn a_token_is_three_segments_and_the_signature_covers_the_first_two() {
        let compact = Compact::decode("YQ.Yg.Yw").expect("well formed");
        assert_eq!(compact.signed, b"YQ.Yg");
        assert_eq!(
            (compact.header, compact.payload, compact.signature),
            (b"a".into(), b"b".into(), b"c".into())
        );
    }

    #[test]
    fn another_number_of_segments_is_not_a_token() {
        for token in ["", ".", "..", "YQ", "YQ.Yg", "YQ.Yg.", ".Yg.Yw", "YQ..Yw", "YQ.Yg.Yw.", "a.b.c.d.e"] {
            assert_eq!(refusal(token), Reason::Segments, "{token:?}");
        }
    }

    #[test]
    fn each_segment_has_one_spelling() {
        for token in ["YQ==.Yg.Yw", "YR.Yg.Yw", "YQ.Y+.Yw", "YQ.Yg.Y/", "YQ. Yg.Yw", "YQ.Yg.Yw\n", "Y.Yg.Yw"]
        {
            assert_eq!(refusal(token), Reason::Encoding, "{token:?}");
        }
    }

    #[test]
    fn a_token_longer_than_the_bound_is_not_looked_at() {
        assert_eq!(refusal(&"a".repeat(MAX_TOKEN_BYTES + 1)), Reason::TooLong);
        assert_eq!(refusal(&"a".repeat(MAX_TOKEN_BYTES)), Reason::Segments);
    }
}
