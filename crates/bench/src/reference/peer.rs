//! One connection of the bare epoll server: HTTP until it becomes a WebSocket.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};

use super::protocol::{self, Request, Speech};
use crate::failure::Doing;

/// Whether a peer takes more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Flow {
    /// Everything is written.
    Free,
    /// Something waits until the socket takes bytes again.
    Held,
    /// The connection is no more.
    Gone,
}

/// A connection.
pub(super) struct Peer {
    stream: TcpStream,
    speech: Speech,
    unread: Vec<u8>,
    unwritten: Vec<u8>,
}

impl Peer {
    /// A connection that was just accepted.
    pub(super) fn new(stream: TcpStream) -> crate::Result<Self> {
        stream.set_nonblocking(true).doing("making a socket non-blocking")?;
        stream.set_nodelay(true).doing("switching off Nagle's algorithm")?;
        Ok(Self { stream, speech: Speech::Http, unread: Vec::new(), unwritten: Vec::new() })
    }

    /// Reads once and adds what was asked to `requests`; false if the connection is at its end.
    pub(super) fn read(&mut self, buffer: &mut [u8], requests: &mut Vec<Request>) -> bool {
        let count = match self.stream.read(buffer) {
            Ok(0) => return false,
            Ok(count) => count,
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        };
        self.unread.extend_from_slice(&buffer[..count]);
        let mut used = 0;
        while let Some(step) = protocol::step(self.speech, &self.unread[used..]) {
            let Ok((length, speech, request)) = step else { return false };
            used += length;
            self.speech = speech;
            requests.extend(request);
        }
        self.unread.drain(..used);
        if self.unread.is_empty() {
            self.unread = Vec::new();
        }
        true
    }

    /// Writes `bytes` with one call, and keeps what the socket does not take.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Flow {
        if !self.is_free() {
            self.unwritten.extend_from_slice(bytes);
            return Flow::Held;
        }
        match self.stream.write(bytes) {
            Ok(count) if count == bytes.len() => Flow::Free,
            Ok(count) => self.hold(&bytes[count..]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.hold(bytes),
            Err(_) => Flow::Gone,
        }
    }

    /// Writes what was kept.
    pub(super) fn flush(&mut self) -> Flow {
        let kept = std::mem::take(&mut self.unwritten);
        if kept.is_empty() { Flow::Free } else { self.write(&kept) }
    }

    /// Whether nothing is kept.
    pub(super) fn is_free(&self) -> bool {
        self.unwritten.is_empty()
    }

    fn hold(&mut self, rest: &[u8]) -> Flow {
        self.unwritten.extend_from_slice(rest);
        Flow::Held
    }
}

impl AsFd for Peer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
