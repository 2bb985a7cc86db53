//! The fields of replies and pushes, in the order of the protocol: one description for both encodings.
//!
//! A message says its fields to whichever writer it is given ([`Layout`], [`Fields`]). A field whose value is zero or
//! empty is left out, in both encodings, unless it is described as [`always`] there.

mod push;

use std::fmt::Display;
use std::sync::Arc;

use vestibule_model::{ClientInfo, HistoryPage, Position, PresenceStats, Publication};

pub(super) use push::{EventPush, PushMessage};

use super::json::Json;
use super::protobuf::Protobuf;
use super::{Answer, ConnectResult, Encoding, ErrorReply, NotJson, Reply, SubscribeResult};

/// Appends one whole message to `out`: without the line feed that separates it from others in JSON, with its length
/// in Protobuf.
///
/// # Errors
/// When JSON would have to carry bytes that are not JSON; `out` is then as it was.
pub(super) fn write(encoding: Encoding, message: &impl Layout, out: &mut Vec<u8>) -> Result<(), NotJson> {
    match encoding {
        Encoding::Json => Json::write(message, out),
        Encoding::Protobuf => {
            Protobuf::write(message, out);
            Ok(())
        }
    }
}

/// A field's number in Protobuf and its name in JSON.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) number: u32,
    pub(super) name: &'static str,
    pub(super) always: bool,
}

/// A field that is left out when it has nothing to say.
pub(super) const fn field(number: u32, name: &'static str) -> Field {
    Field { number, name, always: false }
}

/// A field that JSON peers find in every message.
const fn always(number: u32, name: &'static str) -> Field {
    Field { number, name, always: true }
}

/// Something that knows its fields.
pub(super) trait Layout {
    /// Says every field to `w`, in the order of the protocol.
    fn fields<W: Fields>(&self, w: &mut W);
}

/// Something that writes fields.
pub(super) trait Fields {
    fn flag(&mut self, field: Field, value: bool);
    fn number(&mut self, field: Field, value: u64);
    fn signed(&mut self, field: Field, value: i64);
    fn text(&mut self, field: Field, value: &str);
    /// Text that is never empty and holds nothing that JSON would escape.
    fn plain(&mut self, field: Field, value: impl Display);
    /// A payload.
    fn raw(&mut self, field: Field, value: &[u8]);
    fn message(&mut self, field: Field, value: &impl Layout);
    fn list<L: Layout>(&mut self, field: Field, values: impl ExactSizeIterator<Item = L>);
    fn map<K: AsRef<str>, L: Layout>(&mut self, field: Field, entries: impl ExactSizeIterator<Item = (K, L)>);
    fn labels<'a>(&mut self, field: Field, labels: impl ExactSizeIterator<Item = (&'a str, &'a str)>);
}

impl<L: Layout> Layout for &L {
    fn fields<W: Fields>(&self, w: &mut W) {
        (**self).fields(w);
    }
}

/// A message without fields.
pub(super) struct Empty;

impl Layout for Empty {
    fn fields<W: Fields>(&self, _: &mut W) {}
}

impl Layout for Reply {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.number(field(1, "id"), self.id.into());
        match &self.result {
            Err(error) => w.message(field(2, "error"), error),
            Ok(Answer::Connect(result)) => w.message(field(5, "connect"), &**result),
            Ok(Answer::Subscribe(result)) => w.message(field(6, "subscribe"), result),
            Ok(Answer::Unsubscribe) => w.message(field(7, "unsubscribe"), &Empty),
            Ok(Answer::Publish) => w.message(field(8, "publish"), &Empty),
            Ok(Answer::Presence(clients)) => w.message(field(9, "presence"), &Presence(clients)),
            Ok(Answer::PresenceStats(stats)) => w.message(field(10, "presence_stats"), stats),
            Ok(Answer::History(page)) => w.message(field(11, "history"), page),
            Ok(Answer::Rpc(data)) => w.message(field(13, "rpc"), &Data(data)),
            Ok(Answer::Refresh(ttl)) => w.message(field(14, "refresh"), &Refreshed(*ttl)),
            Ok(Answer::SubRefresh(ttl)) => w.message(field(15, "sub_refresh"), &Expiry(*ttl)),
        }
    }
}

impl Layout for ErrorReply {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.number(field(1, "code"), self.code.into());
        w.text(field(2, "message"), &self.message);
        w.flag(field(3, "temporary"), self.temporary);
    }
}

impl Layout for ConnectResult {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.plain(field(1, "client"), self.client);
        w.text(field(2, "version"), &self.version);
        expiry(w, 3, self.expires);
        w.raw(field(5, "data"), self.data.as_deref().unwrap_or_default());
        w.map(field(6, "subs"), self.subs.iter().map(|(channel, result)| (channel, result)));
        w.number(field(7, "ping"), self.ping.into());
        w.flag(field(8, "pong"), self.pong);
        w.text(field(9, "session"), &self.session);
        w.text(field(10, "node"), &self.node);
        w.signed(field(11, "time"), self.time);
    }
}

impl Layout for SubscribeResult {
    fn fields<W: Fields>(&self, w: &mut W) {
        expiry(w, 1, self.expires);
        w.flag(field(3, "recoverable"), self.recoverable);
        w.text(field(6, "epoch"), epoch(self.position.as_ref()));
        w.list(field(7, "publications"), self.publications.iter().map(kept));
        w.flag(field(8, "recovered"), self.recovered);
        w.number(field(9, "offset"), offset(self.position.as_ref()));
        w.flag(field(10, "positioned"), self.positioned);
        w.raw(field(11, "data"), self.data.as_deref().unwrap_or_default());
        w.flag(field(12, "was_recovering"), self.was_recovering);
    }
}

struct Presence<'a>(&'a [Arc<ClientInfo>]);

impl Layout for Presence<'_> {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.map(always(1, "presence"), self.0.iter().map(|info| (info.client.to_string(), &**info)));
    }
}

impl Layout for PresenceStats {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.number(always(1, "num_clients"), self.clients.into());
        w.number(always(2, "num_users"), self.users.into());
    }
}

impl Layout for HistoryPage {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.list(always(1, "publications"), self.publications.iter().map(kept));
        w.text(always(2, "epoch"), self.top.epoch.as_str());
        w.number(always(3, "offset"), self.top.offset);
    }
}

struct Data<'a>(&'a [u8]);

impl Layout for Data<'_> {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.raw(field(1, "data"), self.0);
    }
}

struct Expiry(Option<u32>);

impl Layout for Expiry {
    fn fields<W: Fields>(&self, w: &mut W) {
        expiry(w, 1, self.0);
    }
}

/// The answer to a refresh of the connection keeps two places before its expiry for what is never said.
struct Refreshed(Option<u32>);

impl Layout for Refreshed {
    fn fields<W: Fields>(&self, w: &mut W) {
        expiry(w, 3, self.0);
    }
}

impl Layout for ClientInfo {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.text(always(1, "user"), self.user.as_str());
        w.plain(always(2, "client"), self.client);
        w.raw(field(3, "conn_info"), self.connection.as_deref().unwrap_or_default());
        w.raw(field(4, "chan_info"), self.channel.as_deref().unwrap_or_default());
    }
}

/// A publication among others that were kept.
struct Kept<'a>(&'a Publication);

fn kept(publication: &Arc<Publication>) -> Kept<'_> {
    Kept(publication)
}

impl Layout for Kept<'_> {
    fn fields<W: Fields>(&self, w: &mut W) {
        publication(w, self.0, "");
    }
}

fn publication<W: Fields>(w: &mut W, publication: &Publication, epoch: &str) {
    w.raw(field(4, "data"), &publication.data);
    if let Some(info) = &publication.info {
        w.message(field(5, "info"), &**info);
    }
    w.number(field(6, "offset"), offset(publication.position.as_ref()));
    if let Some(tags) = &publication.tags {
        w.labels(field(7, "tags"), tags.iter().map(|(name, value)| (&**name, &**value)));
    }
    w.text(field(14, "epoch"), epoch);
    w.number(field(16, "version"), publication.version);
}

fn expiry<W: Fields>(w: &mut W, first: u32, expires: Option<u32>) {
    w.flag(field(first, "expires"), expires.is_some());
    w.number(field(first + 1, "ttl"), expires.unwrap_or(0).into());
}

fn epoch(position: Option<&Position>) -> &str {
    position.map_or("", |position| position.epoch.as_str())
}

fn offset(position: Option<&Position>) -> u64 {
    position.map_or(0, |position| position.offset)
}
