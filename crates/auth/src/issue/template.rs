//! What a token says, partly of its bearer.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use vestibule_model::{Identity, UnixSeconds};

use super::{Head, SigningKey};

/// What the tokens of one kind say. Claims stand in the order in which they are listed.
#[derive(Clone, Debug)]
pub struct Template {
    /// What the header says beside the algorithm.
    pub head: Head,
    /// How long a token lives.
    pub lifetime: Duration,
    /// Its claims.
    pub claims: Claims,
}

/// Claims by their names, in the order in which a token has them.
pub type Claims = Vec<(Box<str>, Claim)>;

/// What a claim says.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// Always the same.
    Fixed(Value),
    /// The bearer's user id.
    User,
    /// The name to show; left out when the bearer has none.
    Name,
    /// The bearer's organisation.
    Organisation,
    /// The first of the bearer's roles; left out when he has none.
    Role,
    /// All of the bearer's roles.
    Roles,
    /// The bearer's login session; left out when it is not known.
    Session,
    /// When the token is issued.
    IssuedAt,
    /// When it ends.
    Expiry,
    /// The token's id.
    Id,
}

/// The randomness of a token's id: 128 bits.
pub type TokenId = [u8; 16];

impl Template {
    /// A token for that bearer, who is known already, and when it ends.
    pub fn issue(
        &self,
        key: &SigningKey,
        bearer: &Identity,
        now: UnixSeconds,
        id: TokenId,
    ) -> (String, UnixSeconds) {
        let expires = self.expiry(now);
        let said = |(name, claim): &(Box<str>, Claim)| {
            let value = claim.value(bearer, now, expires, id)?;
            Some(format!("{}:{value}", Value::from(&**name)))
        };
        let claims: Vec<_> = self.claims.iter().filter_map(said).collect();
        (key.sign(self.head, &format!("{{{}}}", claims.join(","))), expires)
    }

    fn expiry(&self, now: UnixSeconds) -> UnixSeconds {
        let seconds = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        UnixSeconds(now.0.saturating_add(seconds))
    }
}

impl Claim {
    fn value(&self, bearer: &Identity, now: UnixSeconds, expires: UnixSeconds, id: TokenId) -> Option<Value> {
        Some(match self {
            Self::Fixed(value) => value.clone(),
            Self::User => bearer.user.as_str().into(),
            Self::Name => bearer.name.as_deref()?.into(),
            Self::Organisation => bearer.organisation.as_str().into(),
            Self::Role => bearer.roles.first().map(|role| &**role)?.into(),
            Self::Roles => bearer.roles.iter().map(|role| &**role).collect(),
            Self::Session => bearer.credential.session.as_deref()?.into(),
            Self::IssuedAt => now.0.into(),
            Self::Expiry => expires.0.into(),
            Self::Id => URL_SAFE_NO_PAD.encode(id).into(),
        })
    }

    /// The claim of a bearer that goes by this name in a configuration.
    pub fn of_bearer(name: &str) -> Option<Self> {
        Some(match name {
            "user" => Self::User,
            "name" => Self::Name,
            "organisation" => Self::Organisation,
            "role" => Self::Role,
            "roles" => Self::Roles,
            "session" => Self::Session,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use vestibule_model::{OrganisationId, UserId};

    use super::*;
    use crate::{KeyConfig, Preset, RealmConfig, RealmsConfig, TrustConfig};

    const NOW: UnixSeconds = UnixSeconds(1_795_224_441);

    fn ann() -> Identity {
        let realm = RealmConfig::new("main", Preset::Centrifugo).with_key(KeyConfig::secret("secret"));
        let (realms, _) = RealmsConfig::of(realm).build().expect("a good realm");
        let anybody = TrustConfig { allow_no_token: true, ..TrustConfig::default() };
        let nobody = realms.trust(&anybody).expect("one realm").anonymous().expect("anybody");
        assert_eq!(nobody.organisation.as_str(), OrganisationId::DEFAULT);
        Identity { user: UserId::new("ann"), roles: vec!["admin".into(), "member".into()], ..nobody }
    }

    fn payload(claims: &[(&str, Claim)]) -> String {
        let claims = claims.iter().map(|(name, claim)| ((*name).into(), claim.clone())).collect();
        let template = Template { head: Head::default(), lifetime: Duration::from_secs(60), claims };
        let key = SigningKey::secret(&"a secret of thirty-two bytes or more".into(), None).expect("long");
        let (token, expires) = template.issue(&key, &ann(), NOW, [0; 16]);
        assert_eq!(expires, UnixSeconds(NOW.0 + 60));
        let payload = token.split('.').nth(1).expect("a payload");
        String::from_utf8(URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("UTF-8")
    }

    #[test]
    fn claims_stand_in_the_order_of_the_template_and_say_who_the_bearer_is() {
        let said = payload(&[
            ("sub", Claim::User),
            ("org", Claim::Organisation),
            ("role", Claim::Role),
            ("roles", Claim::Roles),
            ("aud", Claim::Fixed("a\"b".into())),
            ("iat", Claim::IssuedAt),
            ("exp", Claim::Expiry),
            ("jti", Claim::Id),
        ]);
        let expected = r#"{"sub":"ann","org":"default","role":"admin","roles":["admin","member"],"aud":"a\"b","iat":1795224441,"exp":1795224501,"jti":"AAAAAAAAAAAAAAAAAAAAAA"}"#;
        assert_eq!(said, expected);
    }

    #[test]
    fn what_is_not_known_of_the_bearer_is_left_out() {
        assert_eq!(payload(&[("name", Claim::Name), ("sid", Claim::Session)]), "{}");
    }
}
