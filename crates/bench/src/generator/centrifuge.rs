//! The client's side of the Centrifuge protocol, as much as a receiver needs: connect, subscribe, pong, publications.

mod protobuf;

use memchr::memchr_iter;
use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::wire;

/// How commands and replies are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    /// JSON objects, one a line, in text frames.
    Json,
    /// Protobuf messages, each after its length, in binary frames.
    Protobuf,
}

/// One thing that a server said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reply<'a> {
    /// The server wants a pong.
    Ping,
    /// Command `id` was carried out.
    Done(u32),
    /// A command was refused; the reply as it came.
    Refused(&'a [u8]),
    /// A publication; the slice begins with its data, and may go on after it.
    Publication(&'a [u8]),
    /// A push that a receiver has no use for.
    Other,
}

impl Encoding {
    /// The opcode of a client's messages.
    pub(crate) fn opcode(self) -> u8 {
        match self {
            Self::Json => wire::TEXT,
            Self::Protobuf => wire::BINARY,
        }
    }

    /// The WebSocket subprotocol to ask for.
    pub(crate) fn subprotocol(self) -> &'static str {
        match self {
            Self::Json => "centrifuge-json",
            Self::Protobuf => "centrifuge-protobuf",
        }
    }

    /// The command that introduces the client.
    pub(crate) fn connect(self, id: u32, token: &str) -> Vec<u8> {
        match self {
            Self::Json => {
                serde_json::json!({ "id": id, "connect": { "token": token } }).to_string().into_bytes()
            }
            Self::Protobuf => protobuf::connect(id, token),
        }
    }

    /// The command that subscribes to `channel`.
    pub(crate) fn subscribe(self, id: u32, channel: &str) -> Vec<u8> {
        match self {
            Self::Json => {
                serde_json::json!({ "id": id, "subscribe": { "channel": channel } }).to_string().into_bytes()
            }
            Self::Protobuf => protobuf::subscribe(id, channel),
        }
    }

    /// The answer to [`Reply::Ping`].
    pub(crate) fn pong(self) -> &'static [u8] {
        match self {
            Self::Json => b"{}",
            Self::Protobuf => &[0],
        }
    }

    /// Hands each reply in one message to `hear`, in order, and stops at the first error.
    pub(crate) fn replies<E>(
        self,
        message: &[u8],
        mut hear: impl FnMut(Reply<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Json => {
                let ends = memchr_iter(b'\n', message).chain(std::iter::once(message.len()));
                let mut start = 0;
                for end in ends {
                    if start < end {
                        hear(json_reply(&message[start..end]))?;
                    }
                    start = end + 1;
                }
                Ok(())
            }
            Self::Protobuf => protobuf::replies(message).try_for_each(hear),
        }
    }
}

/// Reads a reply by its beginning: a generator that parsed every publication in full would measure its own parser.
fn json_reply(line: &[u8]) -> Reply<'_> {
    const DATA: &[u8] = br#""data":"#;
    const ID: &[u8] = br#"{"id":"#;
    if line == b"{}" {
        return Reply::Ping;
    }
    if line.starts_with(br#"{"push":"#) {
        let data = memmem::find(line, br#""pub":"#).and_then(|publication| {
            let rest = &line[publication..];
            memmem::find(rest, DATA).map(|found| &rest[found + DATA.len()..])
        });
        return data.map_or(Reply::Other, Reply::Publication);
    }
    let Some(rest) = line.strip_prefix(ID) else { return Reply::Refused(line) };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let id = std::str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse().ok());
    match id {
        Some(id) if !rest[digits..].starts_with(br#","error":"#) => Reply::Done(id),
        _ => Reply::Refused(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(encoding: Encoding, message: &[u8]) -> Vec<String> {
        let mut heard = Vec::new();
        let end: Result<(), ()> = encoding.replies(message, |reply| {
            heard.push(match reply {
                Reply::Publication(data) => format!("publication {}", String::from_utf8_lossy(data)),
                Reply::Refused(line) => format!("refused {}", line.len()),
                Reply::Ping | Reply::Done(_) | Reply::Other => format!("{reply:?}"),
            });
            Ok(())
        });
        assert_eq!(end, Ok(()));
        heard
    }

    #[test]
    fn every_line_of_a_json_message_is_one_reply() {
        let message =
            b"{}\n{\"id\":1,\"connect\":{\"client\":\"c\",\"ping\":25}}\n{\"id\":12,\"subscribe\":{}}";
        assert_eq!(all(Encoding::Json, message), ["Ping", "Done(1)", "Done(12)"]);
    }

    #[test]
    fn a_json_publication_is_found_by_its_data() {
        let message = br#"{"push":{"channel":"data:a","pub":{"data":{"seq":1},"offset":4}}}"#;
        assert_eq!(all(Encoding::Json, message), [r#"publication {"seq":1},"offset":4}}}"#]);
    }

    #[test]
    fn a_json_error_is_a_refusal_and_a_join_is_not_heard() {
        let error = br#"{"id":2,"error":{"code":103,"message":"permission denied"}}"#;
        assert_eq!(all(Encoding::Json, error), [format!("refused {}", error.len())]);
        assert_eq!(all(Encoding::Json, br#"{"push":{"channel":"c","join":{"info":{}}}}"#), ["Other"]);
    }

    #[test]
    fn protobuf_commands_are_written_as_the_schema_says() {
        assert_eq!(Encoding::Protobuf.subscribe(2, "rec:p"), b"\x0b\x08\x02\x2a\x07\x0a\x05rec:p");
        assert_eq!(Encoding::Protobuf.connect(1, "t"), b"\x07\x08\x01\x22\x03\x0a\x01t");
    }

    #[test]
    fn protobuf_replies_are_read_as_the_schema_says() {
        let mut message = vec![0];
        message.extend(b"\x04\x08\x03\x42\x00");
        message.extend(b"\x12\x08\x02\x32\x0e\x18\x01\x32\x08epochepo\x50\x01");
        message.extend(b"\x0e\x22\x0c\x0a\x01c\x22\x07\x22\x03{1}\x30\x01");
        message.extend(b"\x17\x08\x03\x12\x13\x08\x66\x12\x0funknown channel");
        let heard = all(Encoding::Protobuf, &message);
        assert_eq!(heard, ["Ping", "Done(3)", "Done(2)", "publication {1}", "refused 23"]);
    }

    #[test]
    fn a_cut_protobuf_message_is_a_refusal_not_a_panic() {
        assert_eq!(all(Encoding::Protobuf, b"\x17\x08\x03"), ["refused 2"]);
        assert_eq!(all(Encoding::Protobuf, b"\x02\x22\x7f"), ["refused 2"]);
    }
}
