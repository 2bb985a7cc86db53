//! How one command is read, in either encoding: an id and, of well-behaved peers, one request.
//!
//! Both encodings come together in one table, [`request`]: a name or a number says which request it is, and a
//! [`Body`] reads its fields. Nothing is built for the requests that are not there, so a command costs little more
//! than what it says.

use std::fmt;

use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, skip_field, uint32};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::lenient::Object;
use super::schema::PingRequest;
use super::{Command, Malformed, Request};

/// What a field of a command is. The requests stand in the order in which they count when there are several.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Key {
    Id,
    Connect,
    Ping,
    Subscribe,
    Unsubscribe,
    Publish,
    Presence,
    PresenceStats,
    History,
    Rpc,
    Send,
    Refresh,
    SubRefresh,
    #[serde(other)]
    Unknown,
}

impl Key {
    /// The field of that number in Protobuf.
    const fn of_number(number: u32) -> Self {
        match number {
            1 => Self::Id,
            4 => Self::Connect,
            5 => Self::Subscribe,
            6 => Self::Unsubscribe,
            7 => Self::Publish,
            8 => Self::Presence,
            9 => Self::PresenceStats,
            10 => Self::History,
            11 => Self::Ping,
            12 => Self::Send,
            13 => Self::Rpc,
            14 => Self::Refresh,
            15 => Self::SubRefresh,
            _ => Self::Unknown,
        }
    }
}

/// A request before it is known which.
trait Body<'a> {
    type Error;

    /// Its fields as those of a `T`; `None` when it is not there after all.
    fn read<T: Message + Default + Deserialize<'a>>(self) -> Result<Option<T>, Self::Error>;
}

/// Reads the request that `key` names; `None` also for a key that names none.
fn request<'a, B: Body<'a>>(key: Key, body: B) -> Result<Option<Request>, B::Error> {
    Ok(match key {
        Key::Connect => body.read()?.map(Request::Connect),
        Key::Ping => body.read::<PingRequest>()?.map(|_| Request::Ping),
        Key::Subscribe => body.read()?.map(Request::Subscribe),
        Key::Unsubscribe => body.read()?.map(Request::Unsubscribe),
        Key::Publish => body.read()?.map(Request::Publish),
        Key::Presence => body.read()?.map(Request::Presence),
        Key::PresenceStats => body.read()?.map(Request::PresenceStats),
        Key::History => body.read()?.map(Request::History),
        Key::Rpc => body.read()?.map(Request::Rpc),
        Key::Send => body.read()?.map(Request::Send),
        Key::Refresh => body.read()?.map(Request::Refresh),
        Key::SubRefresh => body.read()?.map(Request::SubRefresh),
        Key::Id | Key::Unknown => None,
    })
}

/// A command as far as it was read.
struct Partial {
    command: Command,
    /// The field in which the command's request stood.
    from: Key,
}

impl Partial {
    const EMPTY: Self = Self { command: Command { id: 0, request: None }, from: Key::Unknown };

    /// Keeps the request that counts.
    fn offer(&mut self, key: Key, request: Option<Request>) {
        if request.is_some() && key <= self.from {
            self.command.request = request;
            self.from = key;
        }
    }
}

/// Reads a command from the whole of `bytes`, which are JSON.
pub(super) fn from_json(bytes: &[u8]) -> Result<Command, Malformed> {
    serde_json::from_slice(bytes).map_err(|_| Malformed)
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CommandVisitor)
    }
}

struct CommandVisitor;

impl<'de> Visitor<'de> for CommandVisitor {
    type Value = Command;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a command")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Command, A::Error> {
        let mut partial = Partial::EMPTY;
        while let Some(key) = map.next_key()? {
            match key {
                Key::Id => partial.command.id = map.next_value::<Option<u32>>()?.unwrap_or(0),
                Key::Unknown => drop(map.next_value::<IgnoredAny>()?),
                key => partial.offer(key, request(key, JsonBody(&mut map))?),
            }
        }
        Ok(partial.command)
    }
}

/// The value that follows a key.
struct JsonBody<'m, A>(&'m mut A);

impl<'de, A: MapAccess<'de>> Body<'de> for JsonBody<'_, A> {
    type Error = A::Error;

    fn read<T: Message + Default + Deserialize<'de>>(self) -> Result<Option<T>, A::Error> {
        self.0.next_value::<Object<T>>().map(|object| object.0)
    }
}

/// Reads a command from the whole of `bytes`, which are Protobuf.
pub(super) fn from_protobuf(mut bytes: &[u8]) -> Result<Command, Malformed> {
    let mut partial = Partial::EMPTY;
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(&mut bytes).map_err(|_| Malformed)?;
        let context = DecodeContext::default();
        match Key::of_number(number) {
            Key::Id => uint32::merge(wire_type, &mut partial.command.id, &mut bytes, context),
            Key::Unknown => skip_field(wire_type, number, &mut bytes, context),
            key if wire_type == WireType::LengthDelimited => {
                partial.offer(key, request(key, ProtobufBody(cut_counted(&mut bytes)?))?);
                Ok(())
            }
            _ => return Err(Malformed),
        }
        .map_err(|_| Malformed)?;
    }
    Ok(partial.command)
}

/// The bytes of a message within the message.
struct ProtobufBody<'a>(&'a [u8]);

impl<'a> Body<'a> for ProtobufBody<'a> {
    type Error = Malformed;

    fn read<T: Message + Default + Deserialize<'a>>(self) -> Result<Option<T>, Malformed> {
        T::decode(self.0).map(Some).map_err(|_| Malformed)
    }
}

/// Cuts off what the length at the beginning of `bytes` counts.
pub(super) fn cut_counted<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], Malformed> {
    let length = prost::decode_length_delimiter(&mut *bytes).map_err(|_| Malformed)?;
    let (counted, rest) = bytes.split_at_checked(length).ok_or(Malformed)?;
    *bytes = rest;
    Ok(counted)
}
