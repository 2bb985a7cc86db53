//! The few Protobuf messages that a receiver writes and reads, by hand: a field is a tag and a value.

use super::Reply;

const ID: u64 = 1;
const ERROR: u64 = 2;
const PUSH: u64 = 4;
const CONNECT: u64 = 4;
const SUBSCRIBE: u64 = 5;
/// `ConnectRequest.token` and `SubscribeRequest.channel`.
const FIRST: u64 = 1;
const PUSH_PUBLICATION: u64 = 4;
const PUBLICATION_DATA: u64 = 4;

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const BYTES: u64 = 2;
const FIXED32: u64 = 5;

/// A connect command after its length.
pub(super) fn connect(id: u32, token: &str) -> Vec<u8> {
    command(id, CONNECT, token)
}

/// A subscribe command after its length.
pub(super) fn subscribe(id: u32, channel: &str) -> Vec<u8> {
    command(id, SUBSCRIBE, channel)
}

fn command(id: u32, method: u64, first_field: &str) -> Vec<u8> {
    let mut request = Vec::new();
    put_bytes(&mut request, FIRST, first_field.as_bytes());
    let mut command = Vec::new();
    put_varint(&mut command, ID << 3 | VARINT);
    put_varint(&mut command, u64::from(id));
    put_bytes(&mut command, method, &request);
    let mut framed = Vec::new();
    put_varint(&mut framed, command.len() as u64);
    framed.extend(command);
    framed
}

fn put_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_varint(out, field << 3 | BYTES);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The replies in one frame, each of which follows its length; what is cut off is a refusal.
pub(super) fn replies(mut frame: &[u8]) -> impl Iterator<Item = Reply<'_>> {
    std::iter::from_fn(move || {
        if frame.is_empty() {
            return None;
        }
        let message = take_bytes(&mut frame);
        Some(message.map_or_else(|| Reply::Refused(std::mem::take(&mut frame)), reply))
    })
}

/// Tells what a reply is.
fn reply(message: &[u8]) -> Reply<'_> {
    if message.is_empty() {
        return Reply::Ping;
    }
    let mut id = None;
    for field in Fields(message) {
        match field {
            Some((ID, Value::Varint(value))) => id = u32::try_from(value).ok(),
            Some((PUSH, Value::Bytes(push))) => {
                return publication(push).map_or(Reply::Other, Reply::Publication);
            }
            None | Some((ERROR, _)) => return Reply::Refused(message),
            Some(_) => {}
        }
    }
    id.map_or(Reply::Refused(message), Reply::Done)
}

fn publication(push: &[u8]) -> Option<&[u8]> {
    bytes_of(bytes_of(push, PUSH_PUBLICATION)?, PUBLICATION_DATA)
}

fn bytes_of(message: &[u8], wanted: u64) -> Option<&[u8]> {
    Fields(message).flatten().find_map(|(field, value)| match value {
        Value::Bytes(bytes) if field == wanted => Some(bytes),
        Value::Bytes(_) | Value::Varint(_) | Value::Fixed => None,
    })
}

enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    Fixed,
}

/// The fields of a message; `None` once where the bytes make no sense, and then the end.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Value<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u64, Value<'a>)> {
        let tag = take_varint(&mut self.0)?;
        let value = match tag & 7 {
            VARINT => Value::Varint(take_varint(&mut self.0)?),
            BYTES => Value::Bytes(take_bytes(&mut self.0)?),
            FIXED64 => self.skip(8)?,
            FIXED32 => self.skip(4)?,
            _ => return None,
        };
        Some((tag >> 3, value))
    }

    fn skip(&mut self, count: usize) -> Option<Value<'a>> {
        self.0 = self.0.get(count..)?;
        Some(Value::Fixed)
    }
}

fn take_bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_varint(from)?).ok()?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

fn take_varint(from: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for (place, byte) in from.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            *from = &from[place + 1..];
            return Some(value);
        }
    }
    None
}
