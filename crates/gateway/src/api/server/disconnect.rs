//! `disconnect`: ends a user's connections.

use std::borrow::Cow;

use serde::Deserialize;
use vestibule_doors::contract::{Ending, Order};
use vestibule_model::{ClientId, Close};

use super::desk::{Audience, Desk};
use super::read::Text;
use super::reply::{Answer, Json, Refusal};

/// The longest reason that fits a WebSocket close frame, in bytes.
const MAX_REASON: usize = 123;

/// The parameters.
#[derive(Deserialize)]
pub struct Disconnect<'a> {
    #[serde(borrow, default)]
    user: Text<'a>,
    #[serde(borrow, default)]
    client: Text<'a>,
    #[serde(borrow, default)]
    session: Text<'a>,
    #[serde(borrow)]
    whitelist: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    disconnect: Option<Wanted<'a>>,
}

/// The close that the caller wants.
#[derive(Deserialize)]
struct Wanted<'a> {
    code: Option<u32>,
    #[serde(borrow, default)]
    reason: Text<'a>,
}

impl Disconnect<'_> {
    /// Ends the connections, but for those on the white list.
    pub fn perform(self, desk: &Desk<'_>) -> Answer {
        let order = match &self.disconnect {
            Some(wanted) => Order::Disconnect(wanted.close()?),
            None => Order::End(Ending::Ordered),
        };
        let whitelist = self.whitelist.unwrap_or_default();
        let audience = Audience {
            user: &self.user,
            client: &self.client,
            session: &self.session,
            except: whitelist.iter().filter_map(|client| ClientId::parse(client)).collect(),
        };
        desk.order(audience, order);
        Ok(Json::nothing())
    }
}

impl Wanted<'_> {
    fn close(&self) -> Result<Close, Refusal> {
        let code =
            self.code.and_then(|code| u16::try_from(code).ok()).filter(|code| (3000..=4999).contains(code));
        let Some(code) = code else {
            return Err(Refusal::bad_request("a disconnect code is a number from 3000 to 4999"));
        };
        if self.reason.len() > MAX_REASON {
            return Err(Refusal::bad_request("a disconnect reason has at most 123 bytes"));
        }
        Ok(Close { code, reason: Cow::Owned(self.reason.to_string()), flush: true })
    }
}
