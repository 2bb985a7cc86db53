//! What a peer sent, taken apart and found well formed. Nothing in it is believed yet.
//!
//! - `compact`: three segments and their base64url;
//! - `json`: JSON without the ambiguities;
//! - `header`: what the token says about its own signature.

pub(crate) mod compact;
pub(crate) mod header;
pub(crate) mod json;

pub(crate) use compact::Compact;
pub(crate) use header::Header;
pub(crate) use json::Object;

use crate::Reason;

/// A well-formed token whose signature nobody has checked.
pub(crate) struct Unverified<'t> {
    /// The bytes that the signature is about.
    pub(crate) signed: &'t [u8],
    /// The signature.
    pub(crate) signature: &'t [u8],
    /// Which algorithm and key it wants.
    pub(crate) header: Header<'t>,
    /// The claims.
    pub(crate) payload: Object<'t>,
}

/// Whether a text is a token that realms would look at: its shape, its encoding, its JSON, its header. Nothing in it is
/// believed by that.
///
/// # Errors
///
/// What every realm would refuse it for at once.
pub fn check_syntax(token: &str) -> Result<(), Reason> {
    Unverified::read(&Compact::decode(token)?).map(|_| ())
}

impl<'t> Unverified<'t> {
    /// Reads both JSON parts of a decoded token.
    pub(crate) fn read(compact: &'t Compact<'t>) -> Result<Self, Reason> {
        let header = Object::read(&compact.header).map_err(Reason::Header)?;
        let payload = Object::read(&compact.payload).map_err(Reason::Payload)?;
        Ok(Self {
            signed: compact.signed,
            signature: &compact.signature,
            header: Header::read(&header)?,
            payload,
        })
    }
}
