//! The other side of the wire: what a client writes and reads. For tests, which meet the server through it.

pub mod received;
#[cfg(test)]
mod round_trip;

use prost::Message;

use super::layout::{self, Fields, Layout, field};
use super::lenient::Object;
use super::schema::{
    ChannelRequest, ConnectRequest, HistoryRequest, PublishRequest, RefreshRequest, RpcRequest, SendRequest,
    StreamPosition, SubRefreshRequest, SubscribeRequest,
};
use super::{Command, Encoding, Malformed, NotJson, Request};

/// Writes commands as one message.
///
/// # Errors
/// When a JSON command would carry a payload that is not JSON.
pub fn write(encoding: Encoding, commands: &[Command]) -> Result<Vec<u8>, NotJson> {
    let mut message = Vec::new();
    for command in commands {
        if encoding == Encoding::Json && !message.is_empty() {
            message.push(b'\n');
        }
        layout::write(encoding, command, &mut message)?;
    }
    Ok(message)
}

/// Reads every reply and push of one message of the server.
///
/// # Errors
/// When the message is not made of replies and pushes alone.
pub fn read(encoding: Encoding, mut message: &[u8]) -> Result<Vec<received::Reply>, Malformed> {
    match encoding {
        Encoding::Json => message.split(|byte| *byte == b'\n').map(read_json).collect(),
        Encoding::Protobuf => {
            let mut replies = Vec::new();
            while !message.is_empty() {
                let reply = received::Reply::decode_length_delimited(&mut message).map_err(|_| Malformed)?;
                replies.push(reply);
            }
            Ok(replies)
        }
    }
}

fn read_json(line: &[u8]) -> Result<received::Reply, Malformed> {
    serde_json::from_slice::<Object<_>>(line).ok().and_then(|object| object.0).ok_or(Malformed)
}

impl Layout for Command {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.number(field(1, "id"), self.id.into());
        match &self.request {
            Some(Request::Connect(request)) => w.message(field(4, "connect"), request),
            Some(Request::Subscribe(request)) => w.message(field(5, "subscribe"), request),
            Some(Request::Unsubscribe(request)) => w.message(field(6, "unsubscribe"), request),
            Some(Request::Publish(request)) => w.message(field(7, "publish"), request),
            Some(Request::Presence(request)) => w.message(field(8, "presence"), request),
            Some(Request::PresenceStats(request)) => w.message(field(9, "presence_stats"), request),
            Some(Request::History(request)) => w.message(field(10, "history"), request),
            Some(Request::Ping) => w.message(field(11, "ping"), &layout::Empty),
            Some(Request::Send(request)) => w.message(field(12, "send"), request),
            Some(Request::Rpc(request)) => w.message(field(13, "rpc"), request),
            Some(Request::Refresh(request)) => w.message(field(14, "refresh"), request),
            Some(Request::SubRefresh(request)) => w.message(field(15, "sub_refresh"), request),
            None => {}
        }
    }
}

impl Layout for ConnectRequest {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.text(field(1, "token"), &self.token);
        w.raw(field(2, "data"), &self.data);
        w.map(field(3, "subs"), self.subs.iter());
        w.text(field(4, "name"), &self.name);
        w.text(field(5, "version"), &self.version);
        w.labels(field(6, "headers"), self.headers.iter().map(|(name, value)| (&**name, &**value)));
    }
}

impl Layout for SubscribeRequest {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.text(field(1, "channel"), &self.channel);
        w.text(field(2, "token"), &self.token);
        w.flag(field(3, "recover"), self.recover);
        w.text(field(6, "epoch"), &self.epoch);
        w.number(field(7, "offset"), self.offset);
        w.raw(field(8, "data"), &self.data);
        w.flag(field(9, "positioned"), self.positioned);
        w.flag(field(10, "recoverable"), self.recoverable);
        w.flag(field(11, "join_leave"), self.join_leave);
        w.text(field(12, "delta"), &self.delta);
        w.raw(field(13, "tf"), self.tf.as_deref().unwrap_or_default());
        w.signed(field(14, "flag"), self.flag);
        w.signed(field(15, "type"), self.r#type.into());
        w.signed(field(16, "phase"), self.phase.into());
    }
}

impl Layout for ChannelRequest {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.text(field(1, "channel"), &self.channel);
    }
}

impl Layout for PublishRequest {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.text(field(1, "channel"), &self.channel);
        w.raw(field(2, "data"), &self.data);
        w.signed(field(3, "type"), self.r#type.into());
    }
}

impl Layout for HistoryRequest {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.text(field(1, "channel"), &self.channel);
        w.signed(field(7, "limit"), self.limit.into());
        if let Some(since) = &self.since {
            w.message(field(8, "since"), since);
        }
        w.flag(field(9, "reverse"), self.reverse);
    }
}

impl Layout for StreamPosition {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.number(field(1, "offset"), self.offset);
        w.text(field(2, "epoch"), &self.epoch);
    }
}

impl Layout for SendRequest {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.raw(field(1, "data"), &self.data);
    }
}

impl Layout for RpcRequest {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.raw(field(1, "data"), &self.data);
        w.text(field(2, "method"), &self.method);
    }
}

impl Layout for RefreshRequest {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.text(field(1, "token"), &self.token);
    }
}

impl Layout for SubRefreshRequest {
    fn fields<W: Fields>(&self, w: &mut W) {
        w.text(field(1, "channel"), &self.channel);
        w.text(field(2, "token"), &self.token);
        w.signed(field(3, "type"), self.r#type.into());
    }
}
