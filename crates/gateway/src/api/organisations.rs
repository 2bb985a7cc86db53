//! For whom the HTTP service does things: the one place in which it makes an organisation.

use vestibule_model::OrganisationId;

/// The tenant whose backends have a key of the server API; the configuration says which, and the key vouches for it.
pub fn of_callers(name: &str) -> OrganisationId {
    OrganisationId::from_verified(name)
}

/// The tenant in which an operator of the house wants something done: the key that he has shown is for all of them.
pub fn of_an_operators_wish(name: &str) -> OrganisationId {
    OrganisationId::from_verified(name)
}

/// The tenant for whom an operator makes a token: whoever holds the key that signs it vouches for it.
pub fn of_the_operator(name: Option<&str>) -> OrganisationId {
    OrganisationId::from_verified(name.unwrap_or(OrganisationId::DEFAULT))
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

    #[test]
    fn the_operator_speaks_for_the_default_organisation_unless_he_says_otherwise() {
        assert_eq!(of_the_operator(None).as_str(), OrganisationId::DEFAULT);
        assert_eq!(of_the_operator(Some("acme")).as_str(), "acme");
    }
}
