//! The claims by which a realm would know somebody: the other direction of `grant`, for whoever mints its tokens.

use serde_json::{Map, Value};
use vestibule_model::Identity;

use super::{ClaimPath, Organisations, Realm};

impl Realm {
    /// What a token has to say for this realm to read this bearer from it: user, name, roles, session and organisation,
    /// each where the realm looks for it.
    ///
    /// # Errors
    ///
    /// What of the bearer the realm reads nowhere: `name`, `roles`, `session` or `organisation`.
    pub fn mint_claims(&self, bearer: &Identity) -> Result<Map<String, Value>, &'static str> {
        let mut claims = Map::new();
        let mut place = |what, path: Option<&ClaimPath>, value: Value| {
            path.is_some_and(|path| path.place(value, &mut claims)).then_some(()).ok_or(what)
        };
        if let Some(path) = &self.mapping.user {
            place("user", Some(path), bearer.user.as_str().into())?;
        }
        if let Some(name) = &bearer.name {
            place("name", self.mapping.name.as_ref(), (&**name).into())?;
        }
        let roles = match bearer.roles.as_slice() {
            [] => None,
            [one] => Some(Value::from(&**one)),
            several => Some(several.iter().map(|role| &**role).collect()),
        };
        if let Some(roles) = roles {
            let path = self.mapping.roles.iter().find(|path| !path.is_several());
            place("roles", path, roles)?;
        }
        if let Some(session) = &bearer.credential.session {
            place("session", self.mapping.session.as_ref(), (&**session).into())?;
        }
        match &self.organisations {
            Organisations::Fixed(organisation) if *organisation == bearer.organisation => {}
            Organisations::Fixed(_) => return Err("organisation"),
            Organisations::Named { path, .. } => {
                place("organisation", Some(path), bearer.organisation.as_str().into())?;
            }
        }
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vestibule_model::{Credential, OrganisationId, UserId};

    use super::*;
    use crate::{AllowedOrganisations, KeyConfig, OrganisationConfig, Preset, RealmConfig};

    fn realm(preset: Preset, change: impl FnOnce(&mut RealmConfig)) -> Realm {
        let mut config = RealmConfig::new("main", preset)
            .with_key(KeyConfig::secret("a secret that is long enough for every realm"));
        config.published.off = true;
        config.issuer = crate::Expected::exactly("https://id.example");
        let allowed = AllowedOrganisations::Listed(vec!["acme".into()]);
        config.organisation =
            OrganisationConfig::Claim { path: Some("app_metadata.tenant_id".into()), allowed };
        change(&mut config);
        config.build().expect("a good realm").0
    }

    fn ann() -> Identity {
        Identity {
            user: UserId::new("ann"),
            roles: vec!["authenticated".into()],
            credential: Credential { session: Some("s".into()), ..Credential::default() },
            ..Identity::anonymous("anywhere".into(), OrganisationId::from_verified("acme"))
        }
    }

    #[test]
    fn everything_stands_where_the_realm_looks_for_it() {
        let realm =
            realm(Preset::Supabase, |config| config.claims.user = Some("app_metadata.user.id".into()));
        let expected = json!({
            "app_metadata": { "tenant_id": "acme", "user": { "id": "ann" } },
            "role": "authenticated",
            "session_id": "s",
        });
        assert_eq!(realm.mint_claims(&ann()).map(Value::from), Ok(expected));
    }

    #[test]
    fn what_the_realm_reads_nowhere_is_named() {
        let fixed = |config: &mut RealmConfig| config.organisation = "main".into();
        assert_eq!(realm(Preset::Supabase, fixed).mint_claims(&ann()), Err("organisation"));
        assert_eq!(realm(Preset::Static, |_| {}).mint_claims(&ann()), Err("roles"));
        let named = Identity { name: Some("Ann".into()), ..ann() };
        assert_eq!(realm(Preset::Supabase, |_| {}).mint_claims(&named), Err("name"));
    }

    #[test]
    fn nothing_is_put_into_what_is_no_object() {
        let inside = |config: &mut RealmConfig| config.claims.session = Some("role.session".into());
        assert_eq!(realm(Preset::Supabase, inside).mint_claims(&ann()), Err("session"));
    }
}
