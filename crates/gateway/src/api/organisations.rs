//! For whom the HTTP service does things: the one place in which it makes an organisation.

use vestibule_model::OrganisationId;

/// The tenant whose backends have a key of the server API; the configuration says which, and the key vouches for it.
pub fn of_callers(name: &str) -> OrganisationId {
    OrganisationId::from_verified(name)
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
    fn callers_and_clients_meet_in_one_organisation_unless_somebody_says_otherwise() {
        let callers = of_callers(OrganisationId::DEFAULT);
        assert_eq!(RealmConfig::new("realm", Preset::Static).organisation, callers.as_str().into());
    }
}
