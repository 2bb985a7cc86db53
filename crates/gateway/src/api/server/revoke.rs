//! `revoke`: says that tokens are good no longer, and ends the connections that came in with them.

use serde::{Deserialize, Serialize};
use vestibule_model::{Revoked, UnixSeconds, UserId};

use super::desk::Desk;
use super::read::Text;
use super::reply::{Answer, Json, Refusal};
use super::revocations::{Remarks, name};
use super::term::Term;

/// The parameters: exactly one of `token`, `session`, `user` and `organisation`. Unlike other methods this one takes
/// no key that it does not know: a slip of the pen must not revoke something else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoke<'a> {
    /// The organisation, where the key leaves open which.
    #[serde(rename = "in", borrow, default)]
    pub(super) within: Text<'a>,
    /// The `jti` of a token.
    #[serde(borrow, default)]
    token: Text<'a>,
    /// The `sid` of a login session.
    #[serde(borrow, default)]
    session: Text<'a>,
    /// A user: all tokens that were issued until now.
    #[serde(borrow, default)]
    user: Text<'a>,
    /// Everybody in the organisation: likewise.
    #[serde(default)]
    organisation: bool,
    /// Of a user or an organisation only the tokens that were issued in this second or earlier.
    before: Option<i64>,
    until: Option<i64>,
    ttl: Option<u64>,
    #[serde(borrow, default)]
    note: Text<'a>,
    #[serde(borrow, default)]
    by: Text<'a>,
}

/// What was done.
#[derive(Serialize)]
pub struct Done<'a> {
    /// In which organisation.
    #[serde(rename = "in")]
    pub within: &'a str,
    pub id: i64,
    pub until: i64,
}

impl Revoke<'_> {
    /// Revokes.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        let now = desk.now.unix;
        let until = Term { until: self.until, ttl: self.ttl }.end(now, desk.longest_token())?;
        let remarks = Remarks::read(&self.by, &self.note)?;
        let id = desk.revoke(self.what(desk.latest_issue())?, until, remarks).await?;
        Ok(Json::of(&Done { within: desk.organisation.as_str(), id: id.0, until: until.0 }))
    }

    /// Which tokens. `latest`: when a token that there is now says at the latest that it was issued.
    fn what(&self, latest: UnixSeconds) -> Result<Revoked, Refusal> {
        let before = self.before.map_or(latest, UnixSeconds);
        let what = match (self.token.said(), self.session.said(), self.user.said(), self.organisation) {
            (Some(token), None, None, false) => Revoked::Token(name(token)?.into()),
            (None, Some(session), None, false) => Revoked::Session(name(session)?.into()),
            (None, None, Some(user), false) => Revoked::UserBefore(UserId::new(name(user)?), before),
            (None, None, None, true) => Revoked::OrganisationBefore(before),
            _ => {
                let wanted = "say one of token, session, user and organisation";
                return Err(Refusal::bad_request(wanted));
            }
        };
        let has_age = matches!(what, Revoked::UserBefore(..) | Revoked::OrganisationBefore(_));
        if self.before.is_some() && !has_age {
            return Err(Refusal::bad_request("before goes with a user or an organisation"));
        }
        if before > latest {
            return Err(Refusal::bad_request(
                "before cannot be in the future; block_user is for tokens to come",
            ));
        }
        Ok(what)
    }
}
