//! A revocation as a row, and back.

use sqlx::{FromRow, Row, sqlite::SqliteRow};
use vestibule_model::{OrganisationId, Revocation, Revoked, UnixSeconds, UserId};

use crate::{Kept, KeptRevocation, RevocationId, StoreError};

/// The columns in the order of the table.
#[derive(Debug)]
pub struct RevocationRow {
    id: i64,
    organisation: String,
    kind: String,
    subject: String,
    issued_by: i64,
    until: i64,
    made: i64,
    made_by: Option<String>,
    note: Option<String>,
}

impl FromRow<'_, SqliteRow> for RevocationRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            organisation: row.try_get("organisation")?,
            kind: row.try_get("kind")?,
            subject: row.try_get("subject")?,
            issued_by: row.try_get("issued_by")?,
            until: row.try_get("until")?,
            made: row.try_get("made")?,
            made_by: row.try_get("made_by")?,
            note: row.try_get("note")?,
        })
    }
}

impl RevocationRow {
    /// What the row says.
    ///
    /// # Errors
    /// When nobody has ever written such a row.
    pub fn read(self) -> Result<Kept, StoreError> {
        let what = revoked(&self.kind, &self.subject, UnixSeconds(self.issued_by)).ok_or_else(|| {
            StoreError::Damaged(format!("revocation {} of an unknown kind", self.id).into())
        })?;
        // It was kept for an organisation that a credential had named.
        let organisation = OrganisationId::from_verified(&self.organisation);
        Ok(Kept {
            id: RevocationId(self.id),
            revocation: KeptRevocation {
                revocation: Revocation { organisation, what, until: UnixSeconds(self.until) },
                made: UnixSeconds(self.made),
                by: self.made_by.map(Into::into),
                note: self.note.map(Into::into),
            },
        })
    }
}

/// The columns `kind`, `subject` and `issued_by`, which together name the tokens.
pub fn columns(what: &Revoked) -> (&'static str, &str, i64) {
    match what {
        Revoked::Token(token) => ("token", token, 0),
        Revoked::Session(session) => ("session", session, 0),
        Revoked::UserBefore(user, end) => ("user_before", user.as_str(), end.0),
        Revoked::User(user) => ("user", user.as_str(), 0),
        Revoked::OrganisationBefore(end) => ("organisation_before", "", end.0),
        Revoked::Organisation => ("organisation", "", 0),
    }
}

fn revoked(kind: &str, subject: &str, end: UnixSeconds) -> Option<Revoked> {
    Some(match kind {
        "token" => Revoked::Token(subject.into()),
        "session" => Revoked::Session(subject.into()),
        "user_before" => Revoked::UserBefore(UserId::new(subject), end),
        "user" => Revoked::User(UserId::new(subject)),
        "organisation_before" => Revoked::OrganisationBefore(end),
        "organisation" => Revoked::Organisation,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back() {
        let all = [
            Revoked::Token("t".into()),
            Revoked::Session("s".into()),
            Revoked::UserBefore(UserId::new("u"), UnixSeconds(7)),
            Revoked::User(UserId::new("u")),
            Revoked::OrganisationBefore(UnixSeconds(7)),
            Revoked::Organisation,
        ];
        for what in all {
            let (kind, subject, end) = columns(&what);
            assert_eq!(revoked(kind, subject, UnixSeconds(end)), Some(what));
        }
        assert_eq!(revoked("something", "", UnixSeconds(0)), None);
    }
}
