//! `refresh`: changes when, and whether, a user's connections expire.

use serde::Deserialize;
use serde_json::value::RawValue;
use vestibule_doors::contract::Order;

use super::desk::{Audience, Desk};
use super::payload;
use super::read::Text;
use super::reply::{Answer, Json};
use super::subscribe::expiry;

/// The parameters.
#[derive(Deserialize)]
pub struct Refresh<'a> {
    #[serde(borrow, default)]
    user: Text<'a>,
    #[serde(borrow, default)]
    client: Text<'a>,
    #[serde(borrow, default)]
    session: Text<'a>,
    expired: Option<bool>,
    expire_at: Option<i64>,
    #[serde(borrow)]
    info: Option<&'a RawValue>,
}

impl Refresh<'_> {
    /// Tells the connections.
    pub fn perform(self, desk: &Desk<'_>) -> Answer {
        let order = Order::Refresh {
            expired: self.expired.unwrap_or_default(),
            expires: expiry(self.expire_at),
            info: self.info.map(payload::own),
        };
        let audience =
            Audience { user: &self.user, client: &self.client, session: &self.session, except: Vec::new() };
        desk.order(audience, order);
        Ok(Json::nothing())
    }
}
