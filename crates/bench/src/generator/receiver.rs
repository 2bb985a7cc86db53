//! One connection that a client of the server would have: it introduces itself, subscribes, and counts what it gets.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use super::centrifuge::{Encoding, Reply};
use super::payload::Payload;
use super::sequence::Sequence;
use super::tally::Tally;
use super::upgrade;
use super::wire;
use crate::clock;
use crate::failure::Failure;

const CONNECT_ID: u32 = 1;
const SUBSCRIBE_ID: u32 = 2;
/// What all receivers of a run have in common.
pub(crate) struct Script {
    /// How commands and replies are written.
    pub(crate) encoding: Encoding,
    /// The request that asks for a WebSocket.
    pub(crate) upgrade: Vec<u8>,
    /// Where to subscribe; without it a receiver is done when it is connected.
    pub(crate) channel: Option<String>,
    /// What is published in this run.
    pub(crate) payload: Payload,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Upgrading,
    Connecting,
    Subscribing,
    Ready,
}

/// A client's connection.
pub(crate) struct Receiver {
    stream: TcpStream,
    stage: Stage,
    /// The beginning of what did not end with the last read; empty nearly always.
    unfinished: Vec<u8>,
    sequence: Sequence,
}

impl Receiver {
    /// Asks for a WebSocket on a connection that was just opened.
    pub(crate) fn begin(stream: TcpStream, script: &Script) -> crate::Result<Self> {
        let mut receiver =
            Self { stream, stage: Stage::Upgrading, unfinished: Vec::new(), sequence: Sequence::default() };
        receiver.write(&script.upgrade)?;
        Ok(receiver)
    }

    /// The socket to wait for.
    pub(crate) fn socket(&self) -> &TcpStream {
        &self.stream
    }

    /// How many publications came, each once and in order.
    pub(crate) fn seen(&self) -> u64 {
        self.sequence.seen()
    }

    /// Whether it is where it should be before anything is measured.
    pub(crate) fn is_ready(&self) -> bool {
        self.stage == Stage::Ready
    }

    /// Reads once and hears what came. `token` introduces the client when its turn has come.
    pub(crate) fn read(
        &mut self,
        buffer: &mut [u8],
        script: &Script,
        token: &str,
        tally: &mut Tally,
    ) -> crate::Result<()> {
        let count = match self.stream.read(buffer) {
            Ok(0) => return Err(Failure::Server("it closed a connection without a word".to_owned())),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(Failure::Server(format!("a connection broke: {error}"))),
        };
        tally.reads += 1;
        let at = tally.wants_times().then(clock::now);
        if self.unfinished.is_empty() {
            let used = self.hear(&buffer[..count], script, token, at, tally)?;
            self.unfinished.extend_from_slice(&buffer[used..count]);
        } else {
            let mut bytes = std::mem::take(&mut self.unfinished);
            bytes.extend_from_slice(&buffer[..count]);
            let used = self.hear(&bytes, script, token, at, tally)?;
            bytes.drain(..used);
            if !bytes.is_empty() {
                self.unfinished = bytes;
            }
        }
        Ok(())
    }

    /// Takes all whole frames from `bytes`; returns how many bytes that were.
    fn hear(
        &mut self,
        bytes: &[u8],
        script: &Script,
        token: &str,
        at: Option<Instant>,
        tally: &mut Tally,
    ) -> crate::Result<usize> {
        let mut used = 0;
        if self.stage == Stage::Upgrading {
            let Some(length) = upgrade::accepted(bytes).map_err(Failure::Server)? else { return Ok(0) };
            used = length;
            self.stage = Stage::Connecting;
            self.send(script.encoding.opcode(), &script.encoding.connect(CONNECT_ID, token))?;
        }
        while let Some(frame) =
            wire::frame(&bytes[used..]).map_err(|refused| Failure::Server(refused.to_string()))?
        {
            let payload = &bytes[used + frame.start..used + frame.end];
            used += frame.end;
            match frame.opcode {
                wire::TEXT | wire::BINARY => {
                    tally.frames += 1;
                    script.encoding.replies(payload, |reply| self.take(reply, script, at, tally))?;
                }
                wire::PING => self.send(wire::PONG, payload)?,
                wire::CLOSE => return Err(wire::closed(payload)),
                _ => {}
            }
        }
        Ok(used)
    }

    fn take(
        &mut self,
        reply: Reply<'_>,
        script: &Script,
        at: Option<Instant>,
        tally: &mut Tally,
    ) -> crate::Result<()> {
        match reply {
            Reply::Publication(data) => {
                let number = script.payload.number(data).ok_or_else(|| {
                    Failure::Server(
                        "a publication came that was not published in this run, or was changed".to_owned(),
                    )
                })?;
                self.sequence.observe(number).map_err(|breach| Failure::Server(breach.to_string()))?;
                tally.delivered(number, at);
                Ok(())
            }
            Reply::Ping => {
                tally.pings += 1;
                self.send(script.encoding.opcode(), script.encoding.pong())
            }
            Reply::Done(id) => self.advance(id, script, tally),
            Reply::Refused(reply) => {
                Err(Failure::Server(format!("it refused a command: {}", String::from_utf8_lossy(reply))))
            }
            Reply::Other => Ok(()),
        }
    }

    fn advance(&mut self, done: u32, script: &Script, tally: &mut Tally) -> crate::Result<()> {
        match (self.stage, done, script.channel.as_deref()) {
            (Stage::Connecting, CONNECT_ID, Some(channel)) => {
                self.stage = Stage::Subscribing;
                self.send(script.encoding.opcode(), &script.encoding.subscribe(SUBSCRIBE_ID, channel))
            }
            (Stage::Connecting, CONNECT_ID, None) | (Stage::Subscribing, SUBSCRIBE_ID, _) => {
                self.stage = Stage::Ready;
                tally.ready += 1;
                Ok(())
            }
            (stage, id, _) => {
                Err(Failure::Server(format!("it answered command {id} while a client was {stage:?}")))
            }
        }
    }

    fn send(&mut self, opcode: u8, payload: &[u8]) -> crate::Result<()> {
        self.write(&wire::client_frame(opcode, payload, wire::MASK))
    }

    /// A client says so little that a socket which does not take it at once belongs to a server that stopped reading.
    fn write(&mut self, bytes: &[u8]) -> crate::Result<()> {
        self.stream
            .write_all(bytes)
            .map_err(|error| Failure::Server(format!("it does not take what a client says: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::super::upgrade;
    use super::*;

    const PAYLOADS: u64 = 7;

    /// A receiver and the server's end of its connection.
    fn pair() -> (Receiver, TcpStream, Script) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let script = Script {
            encoding: Encoding::Json,
            upgrade: upgrade::request("/", None),
            channel: Some("c".to_owned()),
            payload: Payload::new(PAYLOADS),
        };
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let receiver = Receiver::begin(client, &script).unwrap();
        (receiver, listener.accept().unwrap().0, script)
    }

    fn text(message: &str) -> Vec<u8> {
        wire::server_frame(wire::TEXT, message.as_bytes())
    }

    fn publication(number: u64) -> String {
        let data = Payload::new(PAYLOADS).render(number);
        format!(r#"{{"push":{{"channel":"c","pub":{{"data":{data}}}}}}}"#)
    }

    fn greeting() -> Vec<u8> {
        let accept = upgrade::accept("dGhlIHNhbXBsZSBub25jZQ==");
        let mut bytes = format!("HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: {accept}\r\n\r\n").into_bytes();
        bytes.extend(text(r#"{"id":1,"connect":{"client":"c","ping":25}}"#));
        bytes.extend(text(r#"{"id":2,"subscribe":{}}"#));
        bytes
    }

    /// What a receiver makes of a server that says `bytes` in pieces of `piece`.
    fn hear(bytes: &[u8], piece: usize) -> (crate::Result<()>, Receiver, Tally) {
        let (mut receiver, mut server, script) = pair();
        let mut tally = Tally::default();
        let mut buffer = vec![0; 64 * 1024];
        for part in bytes.chunks(piece) {
            server.write_all(part).unwrap();
            if let Err(failure) = receiver.read(&mut buffer[..part.len()], &script, "token", &mut tally) {
                return (Err(failure), receiver, tally);
            }
        }
        (Ok(()), receiver, tally)
    }

    fn complaint(messages: &[String]) -> Option<String> {
        let bytes: Vec<u8> = messages.iter().flat_map(|message| text(message)).collect();
        hear(&[greeting(), bytes].concat(), 64 * 1024).0.err().map(|failure| failure.to_string())
    }

    #[test]
    fn a_receiver_understands_its_server_however_the_bytes_are_cut() {
        let together = format!("{}\n{}", publication(2), publication(3));
        let bytes = [greeting(), text(&publication(1)), text("{}"), text(&together)].concat();
        for piece in [1, 2, 7, 100, bytes.len()] {
            let (outcome, receiver, tally) = hear(&bytes, piece);
            outcome.unwrap();
            assert!(receiver.is_ready() && receiver.unfinished.is_empty());
            assert_eq!(
                (receiver.seen(), tally.deliveries, tally.pings, tally.frames),
                (3, 3, 1, 5),
                "{piece}"
            );
        }
    }

    #[test]
    fn a_loss_a_doubling_or_a_swap_voids_the_round() {
        let numbered =
            |numbers: &[u64]| numbers.iter().map(|number| publication(*number)).collect::<Vec<_>>();
        assert_eq!(complaint(&numbered(&[1, 2, 3])), None);
        assert!(complaint(&numbered(&[1, 3])).unwrap().contains("lost"));
        assert!(complaint(&numbered(&[1, 1])).unwrap().contains("doubled"));
        assert!(complaint(&numbered(&[2, 1])).unwrap().contains("out of order"));
    }

    #[test]
    fn a_changed_publication_voids_the_round() {
        assert!(complaint(&[publication(1).replace("xx", "xy")]).unwrap().contains("was changed"));
    }

    #[test]
    fn a_close_is_reported_with_its_code_and_reason() {
        let close = wire::server_frame(wire::CLOSE, b"\x0b\xc0slow");
        let (outcome, ..) = hear(&[greeting(), close].concat(), 64 * 1024);
        assert!(outcome.unwrap_err().to_string().ends_with("closed a connection with 3008 slow"));
    }
}
