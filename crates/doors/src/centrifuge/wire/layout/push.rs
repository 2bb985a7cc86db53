//! The fields of pushes.

use vestibule_model::{ChannelEvent, ClientInfo, Publication};

use super::{Data, Expiry, Fields, Layout, epoch, expiry, field, offset, publication};
use crate::centrifuge::wire::{ConnectResult, Push, SubscribePush};

/// A push of that channel; the name is empty for pushes of no channel.
pub(in crate::centrifuge::wire) struct PushMessage<'a> {
    pub(in crate::centrifuge::wire) channel: &'a str,
    pub(in crate::centrifuge::wire) push: &'a Push,
}

impl Layout for PushMessage<'_> {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.message(field(4, "push"), &Pushed { channel: self.channel, what: self.push });
    }
}

/// The push of something that happened in a channel.
pub(in crate::centrifuge::wire) struct EventPush<'a> {
    pub(in crate::centrifuge::wire) channel: &'a str,
    pub(in crate::centrifuge::wire) event: &'a ChannelEvent,
}

impl Layout for EventPush<'_> {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.message(field(4, "push"), &Pushed { channel: self.channel, what: self.event });
    }
}

/// The inside of a push: the channel, and the one field that says what it is.
struct Pushed<'a, L> {
    channel: &'a str,
    what: &'a L,
}

impl<L: Layout> Layout for Pushed<'_, L> {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.text(field(2, "channel"), self.channel);
        self.what.fields(w);
    }
}

impl Layout for Push {
    fn fields<W: Fields>(&self, w: &mut W) {
        match self {
            Self::Event(event) => event.fields(w),
            Self::Unsubscribe { code, reason } => {
                w.message(field(7, "unsubscribe"), &Ending { first: 2, code: *code, reason });
            }
            Self::Message(data) => w.message(field(8, "message"), &Data(data)),
            Self::Subscribe(subscribe) => w.message(field(9, "subscribe"), subscribe),
            Self::Connect(connect) => w.message(field(10, "connect"), &ConnectPush(connect)),
            Self::Disconnect { code, reason } => {
                w.message(field(11, "disconnect"), &Ending { first: 1, code: *code, reason });
            }
            Self::Refresh(ttl) => w.message(field(12, "refresh"), &Expiry(*ttl)),
        }
    }
}

impl Layout for ChannelEvent {
    fn fields<W: Fields>(&self, w: &mut W) {
        match self {
            Self::Publication(publication) => w.message(field(4, "pub"), &Live(publication)),
            Self::Join(info) => w.message(field(5, "join"), &Moved(info)),
            Self::Leave(info) => w.message(field(6, "leave"), &Moved(info)),
        }
    }
}

/// A code and a reason, whose numbers depend on what ends.
struct Ending<'a> {
    first: u32,
    code: u32,
    reason: &'a str,
}

impl Layout for Ending<'_> {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.number(field(self.first, "code"), self.code.into());
        w.text(field(self.first + 1, "reason"), self.reason);
    }
}

impl Layout for SubscribePush {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.flag(field(1, "recoverable"), self.recoverable);
        w.text(field(4, "epoch"), epoch(self.position.as_ref()));
        w.number(field(5, "offset"), offset(self.position.as_ref()));
        w.flag(field(6, "positioned"), self.positioned);
        w.raw(field(7, "data"), self.data.as_deref().unwrap_or_default());
    }
}

/// What a connect result says, in the order in which it is pushed.
struct ConnectPush<'a>(&'a ConnectResult);

impl Layout for ConnectPush<'_> {
    fn fields<W: Fields>(&self, w: &mut W) {
        let connect = self.0;
        w.plain(field(1, "client"), connect.client);
        w.text(field(2, "version"), &connect.version);
        w.raw(field(3, "data"), connect.data.as_deref().unwrap_or_default());
        w.map(field(4, "subs"), connect.subs.iter().map(|(channel, result)| (channel, result)));
        expiry(w, 5, connect.expires);
        w.number(field(7, "ping"), connect.ping.into());
        w.flag(field(8, "pong"), connect.pong);
        w.text(field(9, "session"), &connect.session);
        w.text(field(10, "node"), &connect.node);
        w.signed(field(11, "time"), connect.time);
    }
}

/// A join or a leave.
struct Moved<'a>(&'a ClientInfo);

impl Layout for Moved<'_> {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.message(field(1, "info"), self.0);
    }
}

/// A publication as it happens: the first of an epoch says which.
struct Live<'a>(&'a Publication);

impl Layout for Live<'_> {
    fn fields<W: Fields>(&self, w: &mut W) {
        let position = self.0.position.as_ref();
        publication(w, self.0, epoch(position.filter(|position| position.offset == 1)));
    }
}
