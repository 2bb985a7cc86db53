//! `block_user`, `unblock_user`: a user cannot come in, whatever token he has.

use serde::{Deserialize, Serialize};
use vestibule_model::{Revoked, UserId};

use super::desk::Desk;
use super::read::Text;
use super::reply::{Answer, Json, Refusal};
use super::revocations::{Remarks, name};
use super::revoke::Done;
use super::term::Term;

/// The parameters of a block.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockUser<'a> {
    /// The organisation, where the key leaves open which.
    #[serde(rename = "in", borrow, default)]
    pub(super) within: Text<'a>,
    #[serde(borrow, default)]
    user: Text<'a>,
    until: Option<i64>,
    ttl: Option<u64>,
    #[serde(borrow, default)]
    note: Text<'a>,
    #[serde(borrow, default)]
    by: Text<'a>,
}

/// The parameters of its end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnblockUser<'a> {
    /// The organisation, where the key leaves open which.
    #[serde(rename = "in", borrow, default)]
    pub(super) within: Text<'a>,
    #[serde(borrow, default)]
    user: Text<'a>,
}

#[derive(Serialize)]
struct Unblocked<'a> {
    /// In which organisation.
    #[serde(rename = "in")]
    within: &'a str,
    unblocked: bool,
}

impl BlockUser<'_> {
    /// Blocks; without an end until somebody unblocks him.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        let until = Term { until: self.until, ttl: self.ttl }.end(desk.now.unix, None)?;
        let remarks = Remarks::read(&self.by, &self.note)?;
        let id = desk.revoke(blocked(&self.user)?, until, remarks).await?;
        Ok(Json::of(&Done { within: desk.organisation.as_str(), id: id.0, until: until.0 }))
    }
}

impl UnblockUser<'_> {
    /// Lets him in again with the tokens that he has, unless those were revoked.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        let unblocked = desk.records().lift(desk.organisation, blocked(&self.user)?).await?;
        Ok(Json::of(&Unblocked { within: desk.organisation.as_str(), unblocked }))
    }
}

fn blocked(user: &Text<'_>) -> Result<Revoked, Refusal> {
    let user = user.said().ok_or(Refusal::bad_request("say which user"))?;
    Ok(Revoked::User(UserId::new(name(user)?)))
}
