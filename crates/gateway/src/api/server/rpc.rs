//! `rpc`: calls a method of an extension, of which there are none.

use serde::Deserialize;

use super::read::Text;
use super::reply::{Answer, Refusal};

/// The parameters.
#[derive(Deserialize)]
pub struct Rpc<'a> {
    #[serde(borrow, default)]
    method: Text<'a>,
}

impl Rpc<'_> {
    /// Says that there is no such method.
    pub fn perform(self) -> Answer {
        Err(if self.method.is_empty() { Refusal::BAD_REQUEST } else { Refusal::NOT_FOUND })
    }
}
