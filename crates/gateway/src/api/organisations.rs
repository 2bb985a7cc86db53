//! For whom the HTTP service does things: the one place in which it makes an organisation.

use vestibule_model::OrganisationId;

/// The tenant whose backends have the key of the server API. The key vouches for it; with a key for each
/// organisation, this is where they part.
pub fn of_callers() -> OrganisationId {
    OrganisationId::from_verified(OrganisationId::DEFAULT)
}

/// The house's own tenant, for its own channels. No credential can name it, for a realm's organisation has a name.
pub fn of_the_house() -> OrganisationId {
    OrganisationId::from_verified("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestibule_auth::{Preset, RealmConfig};

    #[test]
    fn callers_and_clients_meet_in_one_organisation() {
        assert_eq!(RealmConfig::new("realm", Preset::Static).organisation, of_callers().as_str().into());
    }
}
