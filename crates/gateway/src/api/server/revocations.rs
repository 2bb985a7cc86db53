//! `revocations`, `remove_revocation`: what is revoked, and that it is so no longer.

use serde::{Deserialize, Serialize};
use vestibule_model::Revoked;
use vestibule_store::{Kept, RevocationId};

use super::desk::Desk;
use super::read::Text;
use super::reply::{Answer, Json, Refusal};

/// The longest name of a token, a session or a user, in bytes.
const LONGEST_NAME: usize = 1_024;

/// The longest note, in bytes.
const LONGEST_NOTE: usize = 1_024;

/// The longest name of who did it, in bytes.
const LONGEST_AUTHOR: usize = 256;

/// The most revocations on a page, and the usual number.
const LARGEST_PAGE: u32 = 1_000;
const USUAL_PAGE: u32 = 100;

/// The parameters of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocations<'a> {
    /// The organisation, where the key leaves open which.
    #[serde(rename = "in", borrow, default)]
    pub(super) within: Text<'a>,
    /// Only those after this one.
    after: Option<i64>,
    /// So many at most.
    limit: Option<u32>,
}

/// The parameters of a removal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveRevocation<'a> {
    /// The organisation, where the key leaves open which.
    #[serde(rename = "in", borrow, default)]
    pub(super) within: Text<'a>,
    id: Option<i64>,
}

/// Who did it and why, as far as it was said.
pub struct Remarks {
    pub by: Option<Box<str>>,
    pub note: Option<Box<str>>,
}

#[derive(Serialize)]
struct List<'a> {
    /// In which organisation.
    #[serde(rename = "in")]
    within: &'a str,
    revocations: Vec<Entry<'a>>,
    /// What to say as `after` for the next page; left out on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// A revocation in the words of `revoke` and `block_user`.
#[derive(Serialize)]
struct Entry<'a> {
    id: i64,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<i64>,
    until: i64,
    made: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct Removed<'a> {
    /// In which organisation.
    #[serde(rename = "in")]
    within: &'a str,
    removed: bool,
}

impl Revocations<'_> {
    /// Lists those that hold, in the order in which they were made.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        let limit = self.limit.unwrap_or(USUAL_PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(Refusal::bad_request("limit is a number from 1 to 1000"));
        }
        let after = self.after.map(RevocationId);
        // One more than a page tells whether there is another page.
        let mut kept = desk.records().list(desk.organisation, after, limit + 1, desk.now.unix).await?;
        let more = kept.len() > limit as usize;
        kept.truncate(limit as usize);
        let next = kept.last().filter(|_| more).map(|last| last.id.0);
        let revocations = kept.iter().map(Entry::of).collect();
        Ok(Json::of(&List { within: desk.organisation.as_str(), revocations, next }))
    }
}

impl RemoveRevocation<'_> {
    /// Removes it: tokens that are good otherwise are good again.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        let id = self.id.ok_or(Refusal::bad_request("say which id"))?;
        let removed = desk.records().take_back(desk.organisation, RevocationId(id)).await?;
        Ok(Json::of(&Removed { within: desk.organisation.as_str(), removed }))
    }
}

impl Remarks {
    pub fn read(by: &Text<'_>, note: &Text<'_>) -> Result<Self, Refusal> {
        if by.len() > LONGEST_AUTHOR {
            return Err(Refusal::bad_request("by has at most 256 bytes"));
        }
        if note.len() > LONGEST_NOTE {
            return Err(Refusal::bad_request("a note has at most 1024 bytes"));
        }
        Ok(Self { by: by.said().map(Into::into), note: note.said().map(Into::into) })
    }
}

/// A name of bounded length.
pub fn name(name: &str) -> Result<&str, Refusal> {
    if name.len() > LONGEST_NAME {
        return Err(Refusal::bad_request("a name has at most 1024 bytes"));
    }
    Ok(name)
}

impl<'a> Entry<'a> {
    fn of(Kept { id, revocation: kept }: &'a Kept) -> Self {
        let (kind, token, session, user, before) = match &kept.revocation.what {
            Revoked::Token(token) => ("token", Some(&**token), None, None, None),
            Revoked::Session(session) => ("session", None, Some(&**session), None, None),
            Revoked::UserBefore(user, end) => ("user", None, None, Some(user.as_str()), Some(end.0)),
            Revoked::User(user) => ("block", None, None, Some(user.as_str()), None),
            Revoked::OrganisationBefore(end) => ("organisation", None, None, None, Some(end.0)),
            Revoked::Organisation => ("organisation", None, None, None, None),
        };
        Self {
            id: id.0,
            kind,
            token,
            session,
            user,
            before,
            until: kept.revocation.until.0,
            made: kept.made.0,
            by: kept.by.as_deref(),
            note: kept.note.as_deref(),
        }
    }
}
