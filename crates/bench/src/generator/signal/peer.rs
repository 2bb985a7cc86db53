//! One connection that a client of a signaling server would have.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use super::Ticket;
use super::dialect::{Dialect, Heard};
use crate::clock;
use crate::failure::Failure;
use crate::generator::payload::Payload;
use crate::generator::tally::Tally;
use crate::generator::{upgrade, wire};

enum Stage {
    /// Asked for a WebSocket; says this once it is there.
    Upgrading(Option<String>),
    Joining,
    In,
}

/// The numbers of the messages that are meant for one peer.
#[derive(Clone, Copy, Default)]
struct Due {
    next: u64,
    step: u64,
}

/// A peer's connection.
pub(super) struct Peer {
    stream: TcpStream,
    stage: Stage,
    /// The beginning of what did not end with the last read; empty nearly always.
    unfinished: Vec<u8>,
    due: Due,
}

impl Peer {
    /// Asks for a WebSocket on a connection that was just opened.
    pub(super) fn begin(
        stream: TcpStream,
        dialect: Dialect,
        id: &str,
        ticket: &Ticket,
    ) -> crate::Result<Self> {
        let stage = Stage::Upgrading(dialect.greeting(id));
        let mut peer = Self { stream, stage, unfinished: Vec::new(), due: Due::default() };
        peer.write(&upgrade::request(&dialect.path(id, ticket), None))?;
        Ok(peer)
    }

    /// The socket to wait for.
    pub(super) fn socket(&self) -> &TcpStream {
        &self.stream
    }

    /// Says which message is its next, and by how much the numbers grow from one to the next.
    pub(super) fn expect(&mut self, next: u64, step: u64) {
        self.due = Due { next, step };
    }

    /// Sends a message as text.
    pub(super) fn say(&mut self, text: &str) -> crate::Result<()> {
        self.write(&wire::client_frame(wire::TEXT, text.as_bytes(), wire::MASK))
    }

    /// Reads once and hears what came.
    pub(super) fn read(
        &mut self,
        buffer: &mut [u8],
        dialect: Dialect,
        payload: &Payload,
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
        let mut bytes = std::mem::take(&mut self.unfinished);
        let unread = if bytes.is_empty() {
            &buffer[..count]
        } else {
            bytes.extend_from_slice(&buffer[..count]);
            &bytes
        };
        let used = self.hear(unread, dialect, payload, at, tally)?;
        if used < unread.len() {
            self.unfinished = unread[used..].to_vec();
        }
        Ok(())
    }

    /// Takes all whole frames from `bytes`; returns how many bytes that were.
    fn hear(
        &mut self,
        bytes: &[u8],
        dialect: Dialect,
        payload: &Payload,
        at: Option<Instant>,
        tally: &mut Tally,
    ) -> crate::Result<usize> {
        let mut used = 0;
        if let Stage::Upgrading(greeting) = &mut self.stage {
            let Some(length) = upgrade::accepted(bytes).map_err(Failure::Server)? else { return Ok(0) };
            used = length;
            let greeting = greeting.take();
            self.stage = Stage::Joining;
            greeting.map_or(Ok(()), |text| self.say(&text))?;
        }
        while let Some(frame) =
            wire::frame(&bytes[used..]).map_err(|refused| Failure::Server(refused.to_string()))?
        {
            let content = &bytes[used + frame.start..used + frame.end];
            used += frame.end;
            match frame.opcode {
                wire::TEXT => {
                    tally.frames += 1;
                    self.take(dialect.hear(content), payload, at, tally)?;
                }
                wire::PING => {
                    tally.pings += 1;
                    self.write(&wire::client_frame(wire::PONG, content, wire::MASK))?;
                }
                wire::CLOSE => return Err(wire::closed(content)),
                _ => {}
            }
        }
        Ok(used)
    }

    fn take(
        &mut self,
        heard: Heard<'_>,
        payload: &Payload,
        at: Option<Instant>,
        tally: &mut Tally,
    ) -> crate::Result<()> {
        match (heard, &self.stage) {
            (Heard::Joined, Stage::Joining) => {
                self.stage = Stage::In;
                tally.ready += 1;
                Ok(())
            }
            (Heard::Joined, _) => Err(Failure::Server("it let a peer in twice".to_owned())),
            (Heard::Relayed(bytes), _) => {
                let number = self.arrived(payload.number(bytes))?;
                tally.delivered(number, at);
                Ok(())
            }
            (Heard::Refused, _) => Err(Failure::Server("it refused what a peer asked for".to_owned())),
            (Heard::Other, _) => Ok(()),
        }
    }

    /// The number of a message, if it is the one that was due.
    fn arrived(&mut self, number: Option<u64>) -> crate::Result<u64> {
        let Some(number) = number else {
            return Err(Failure::Server("a message came that was not sent, or was changed".to_owned()));
        };
        let due = self.due.next;
        if number != due {
            return Err(Failure::Server(format!(
                "message {number} came where {due} was due: lost, doubled, out of order or not meant for this peer"
            )));
        }
        self.due.next += self.due.step;
        Ok(number)
    }

    /// A peer says so little that a socket which does not take it at once belongs to a server that stopped reading.
    fn write(&mut self, bytes: &[u8]) -> crate::Result<()> {
        self.stream
            .write_all(bytes)
            .map_err(|error| Failure::Server(format!("it does not take what a peer says: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const RUN: u64 = 7;

    fn text(text: &str) -> Vec<u8> {
        wire::server_frame(wire::TEXT, text.as_bytes())
    }

    fn message(number: u64) -> String {
        Dialect::Door.message("a", &Payload::new(RUN).render(number))
    }

    fn greeting() -> Vec<u8> {
        let accept = upgrade::accept("dGhlIHNhbXBsZSBub25jZQ==");
        let mut bytes = format!("HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: {accept}\r\n\r\n").into_bytes();
        bytes.extend(text(r#"{"type":"peer-list","peers":[]}"#));
        bytes
    }

    /// What a peer that waits for 3, 5, 7 … makes of a server that says `bytes` in pieces of `piece`.
    fn hear(bytes: &[u8], piece: usize) -> (crate::Result<()>, Tally) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let ticket = Ticket { room: "r".to_owned(), token: "t".to_owned() };
        let mut peer = Peer::begin(client, Dialect::Door, "a", &ticket).unwrap();
        peer.expect(3, 2);
        let mut server = listener.accept().unwrap().0;
        let (mut tally, mut buffer) = (Tally::default(), vec![0; 64 * 1024]);
        for part in bytes.chunks(piece) {
            server.write_all(part).unwrap();
            let heard = peer.read(&mut buffer[..part.len()], Dialect::Door, &Payload::new(RUN), &mut tally);
            if heard.is_err() {
                return (heard, tally);
            }
        }
        (Ok(()), tally)
    }

    /// What a peer that is in complains about when the server says these messages.
    fn complaint(messages: &[String]) -> Option<String> {
        let frames: Vec<u8> = messages.iter().flat_map(|message| text(message)).collect();
        let bytes = [greeting(), frames].concat();
        hear(&bytes, bytes.len()).0.err().map(|failure| failure.to_string())
    }

    #[test]
    fn a_peer_understands_its_server_however_the_bytes_are_cut() {
        let ping = wire::server_frame(wire::PING, b"x");
        let bytes = [greeting(), text(&message(3)), ping, text(&message(5))].concat();
        for piece in [1, 2, 7, 100, bytes.len()] {
            let (outcome, tally) = hear(&bytes, piece);
            outcome.unwrap();
            assert_eq!((tally.ready, tally.deliveries, tally.pings), (1, 2, 1), "{piece}");
        }
    }

    #[test]
    fn a_loss_a_doubling_or_a_wrong_receiver_voids_the_round() {
        assert_eq!(complaint(&[message(3), message(5), message(7)]), None);
        for wrong in [vec![message(5)], vec![message(3), message(3)], vec![message(4)]] {
            assert!(complaint(&wrong).unwrap().contains("was due"), "{wrong:?}");
        }
    }

    #[test]
    fn a_changed_message_voids_the_round() {
        assert!(complaint(&[message(3).replace("xx", "xy")]).unwrap().contains("was changed"));
    }

    #[test]
    fn a_second_list_a_complaint_or_a_close_voids_the_round() {
        assert!(complaint(&[r#"{"type":"peer-list","peers":["b"]}"#.to_owned()]).unwrap().contains("twice"));
        let error = r#"{"type":"error","code":"PEER_NOT_FOUND"}"#.to_owned();
        assert!(complaint(&[error]).unwrap().contains("refused"));
        let bytes = [greeting(), wire::server_frame(wire::CLOSE, b"\x0f\xa1Missing room")].concat();
        let closed = hear(&bytes, bytes.len()).0.unwrap_err().to_string();
        assert!(closed.ends_with("with 4001 Missing room"), "{closed}");
    }
}
