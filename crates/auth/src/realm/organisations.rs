//! For which tenants a realm may speak.

use vestibule_model::OrganisationId;

use super::claims::Claims;
use super::path::ClaimPath;
use crate::Reason;

/// The tenants to which a realm's tokens belong.
pub(crate) enum Organisations {
    /// All of them to this one.
    Fixed(OrganisationId),
    /// Each to the one that it names.
    Named {
        /// Where it names it.
        path: ClaimPath,
        /// Which it may name; `None`: any.
        listed: Option<Vec<Box<str>>>,
    },
}

/// The longest name of an organisation, in bytes.
const MAX_NAME_BYTES: usize = 255;

impl Organisations {
    /// The tenant that believed claims name, if the realm does not speak for a fixed one.
    pub(super) fn named(&self, claims: &Claims<'_>) -> Result<Option<Box<str>>, Reason> {
        let Self::Named { path, listed } = self else { return Ok(None) };
        let name = claims.text_at(path, "organisation")?.ok_or(Reason::NoOrganisation)?;
        if name.is_empty() {
            return Err(Reason::NoOrganisation);
        }
        if name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) {
            return Err(Reason::ClaimValue("organisation"));
        }
        if listed.as_ref().is_some_and(|listed| !listed.iter().any(|known| **known == *name)) {
            return Err(Reason::Organisation);
        }
        Ok(Some(name.into()))
    }
}
