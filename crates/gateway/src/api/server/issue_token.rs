//! `issue_token`: a token from a template of the configuration, for a user whom the caller vouches for.

use serde::{Deserialize, Serialize};
use vestibule_auth::MAX_TOKEN_BYTES;
use vestibule_auth::issue::Claim;
use vestibule_model::{Credential, Identity, UserId};

use super::desk::Desk;
use super::read::Text;
use super::reply::{Answer, Json, Refusal};
use super::revocations::name;

/// The parameters. Unlike other methods this one takes nothing that it does not put into the token: it must not lack what
/// its caller thinks is in it.
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
        let user = user(&self.user)?;
        let session = self.session.said().map(name).transpose()?;
        let bearer = Identity {
            user,
            name: self.name.said().map(Into::into),
            roles: self.roles,
            credential: Credential { session: session.map(Into::into), ..Credential::default() },
            ..Identity::anonymous("server api".into(), desk.organisation.clone())
        };
        let mut template = signing.template.clone();
        if let Some(channel) = self.channel.said() {
            if template.claims.iter().any(|(name, _)| &**name == "channel") {
                return Err(Refusal::bad_request("the template says for which channel"));
            }
            template.claims.push(("channel".into(), Claim::Fixed(channel.into())));
        }
        match template.leaves_out(&bearer) {
            Some("name") => return Err(Refusal::bad_request("the template has no claim for a name")),
            Some("roles") => return Err(Refusal::bad_request("the template has no claim for these roles")),
            Some(_) => return Err(Refusal::bad_request("the template has no claim for a session")),
            None => {}
        }
        let key = signing.issuer.key();
        let (token, expires) = template.issue(key, &bearer, desk.now.unix, rand::random());
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::bad_request("such a token is longer than any realm takes"));
        }
        Ok(Json::of(&Issued { token, expires: expires.0 }))
    }
}

/// The user, whose name has to be one that realms take back.
fn user(said: &Text<'_>) -> Result<UserId, Refusal> {
    let user = said.said().ok_or(Refusal::bad_request("say which user"))?;
    if !UserId::is_plain(user) {
        return Err(Refusal::bad_request("a user has at most 255 bytes and no control characters"));
    }
    Ok(UserId::new(user))
}
