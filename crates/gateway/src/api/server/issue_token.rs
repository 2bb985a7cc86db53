//! `issue_token`: a token from a template of the configuration, for a user whom the caller vouches for.

use serde::{Deserialize, Serialize};
use vestibule_auth::issue::Claim;
use vestibule_model::{Credential, Identity, UserId};

use super::desk::Desk;
use super::read::Text;
use super::reply::{Answer, Json, Refusal};
use super::revocations::name;

/// The parameters. Unlike other methods this one takes no key that it does not know: a token must not lack what its
/// caller thinks is in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueToken<'a> {
    /// The name of the template.
    #[serde(borrow, default)]
    template: Text<'a>,
    /// The user.
    #[serde(borrow, default)]
    user: Text<'a>,
    /// The name to show.
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(default)]
    roles: Vec<Box<str>>,
    /// The login session, by which the token can be revoked.
    #[serde(borrow, default)]
    session: Text<'a>,
    /// Makes it a subscription token for that channel.
    #[serde(borrow, default)]
    channel: Text<'a>,
}

#[derive(Serialize)]
struct Issued {
    token: String,
    expires: i64,
}

impl IssueToken<'_> {
    /// Issues it. The organisation is the caller's.
    pub fn perform(self, desk: &Desk<'_>) -> Answer {
        let signing = desk.house.issuing.templates.get(&*self.template);
        let signing = signing.ok_or(Refusal::bad_request("there is no such template"))?;
        let user = self.user.said().ok_or(Refusal::bad_request("say which user"))?;
        let session = self.session.said().map(name).transpose()?;
        let bearer = Identity {
            user: UserId::new(name(user)?),
            name: self.name.said().map(Into::into),
            roles: self.roles,
            credential: Credential { session: session.map(Into::into), ..Credential::default() },
            ..Identity::anonymous("server api".into(), desk.organisation.clone())
        };
        let mut template = signing.template.clone();
        if let Some(channel) = self.channel.said() {
            template.claims.push(("channel".into(), Claim::Fixed(channel.into())));
        }
        let key = signing.issuer.key();
        let (token, expires) = template.issue(key, &bearer, desk.now.unix, rand::random());
        Ok(Json::of(&Issued { token, expires: expires.0 }))
    }
}
