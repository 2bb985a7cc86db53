//! One WebSocket connection, frame by frame.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use vestibule_websocket::client::{self, Answer};
use vestibule_websocket::{Decoder, Input};

use crate::http;
use crate::patience::{Deadline, PATIENCE};

pub use vestibule_websocket::Opcode;

/// Where SDKs come in.
pub const PATH: &str = "/connection/websocket";

/// The mask of every frame: what it is makes no difference.
pub const MASK: [u8; 4] = [0x5a, 0x01, 0xfe, 0x33];

/// The nonce of every upgrade.
pub const NONCE: [u8; 16] = *b"any sixteen byte";

/// No message of a server is longer.
const LONGEST_MESSAGE: u32 = 64 << 20;

/// What a server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
    /// A ping.
    Ping(Vec<u8>),
    /// A pong.
    Pong(Vec<u8>),
    /// A close frame.
    Close {
        /// `None` when it carries none.
        code: Option<u16>,
        /// In words.
        reason: String,
    },
    /// Something that no server may send.
    Violation(String),
    /// It has closed the TCP connection, or reset it.
    End,
}

/// The peer's end of a connection.
#[derive(Debug)]
pub struct Peer {
    stream: TcpStream,
    decoder: Decoder,
    events: VecDeque<Event>,
    /// What the server selected.
    pub subprotocol: Option<String>,
}

impl Peer {
    /// Enters by the usual path.
    #[track_caller]
    pub fn enter(address: SocketAddr) -> Self {
        Self::knock(address, PATH, &[])
            .unwrap_or_else(|status| panic!("expected to be let in; refused with {status}"))
    }

    /// Asks to be let in.
    ///
    /// # Errors
    /// The status of a refusal.
    #[track_caller]
    pub fn knock(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let mut stream = http::dial(address);
        let request = client::request(&address.to_string(), target, NONCE, headers);
        stream.write_all(&request).unwrap();
        Self::answered(stream)
    }

    /// Reads the answer to a request with [`NONCE`] that has been sent.
    ///
    /// # Errors
    /// The status of a refusal.
    ///
    /// # Panics
    /// When the answer is none.
    #[track_caller]
    pub fn answered(mut stream: TcpStream) -> Result<Self, u16> {
        let mut bytes = Vec::new();
        loop {
            match client::answer(&bytes, NONCE) {
                Answer::Incomplete => {
                    let mut buffer = [0; 4096];
                    let read = stream.read(&mut buffer);
                    let read = read.unwrap_or_else(|error| panic!("no answer to an upgrade: {error}"));
                    assert_ne!(
                        read, 0,
                        "expected an answer to an upgrade; the connection ended after {bytes:?}"
                    );
                    bytes.extend_from_slice(&buffer[..read]);
                }
                Answer::Accepted { subprotocol, size } => {
                    let decoder = client::decoder(LONGEST_MESSAGE);
                    let mut peer = Self { stream, decoder, events: VecDeque::new(), subprotocol };
                    peer.decode(&mut bytes[size..]);
                    return Ok(peer);
                }
                Answer::Refused(status) => return Err(status),
                Answer::Invalid => panic!("not an answer: {:?}", String::from_utf8_lossy(&bytes)),
            }
        }
    }

    /// The socket, for what only a socket can do.
    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Sends bytes as they are, in one write.
    #[track_caller]
    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap_or_else(|error| panic!("the server takes no more: {error}"));
    }

    /// Sends a text message.
    #[track_caller]
    pub fn text(&mut self, text: &str) {
        self.send(&client::text(text.as_bytes(), MASK));
    }

    /// Says goodbye.
    #[track_caller]
    pub fn close(&mut self, code: Option<u16>) {
        self.send(&client::close(code, "", MASK));
    }

    /// Goes away as a cut cable does, except that the server is told: with a reset instead of an end.
    pub fn cut(self) {
        let socket = socket2::Socket::from(self.stream);
        socket.set_linger(Some(std::time::Duration::ZERO)).unwrap();
    }

    /// Has nothing more to say, but listens.
    pub fn stop_talking(&mut self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// What the server does next.
    ///
    /// # Panics
    /// When it does nothing.
    #[track_caller]
    pub fn event(&mut self) -> Event {
        let deadline = Deadline::of_patience();
        loop {
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            let Some(left) = deadline.left() else {
                panic!("the server was expected to do something in {PATIENCE:?}")
            };
            self.stream.set_read_timeout(Some(left)).unwrap();
            let mut buffer = [0; 65_536];
            match self.stream.read(&mut buffer) {
                Ok(0) => return Event::End,
                Ok(read) => self.decode(&mut buffer[..read]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Event::End,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => panic!("the server was expected to do something; instead: {error}"),
            }
        }
    }

    fn decode(&mut self, bytes: &mut [u8]) {
        use vestibule_websocket::Event as Frame;
        let mut input = Input::new(bytes);
        while let Some(frame) = self.decoder.next(&mut input) {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            self.events.push_back(match frame {
                Frame::Text(message) => Event::Text(text(message)),
                Frame::Binary(message) => Event::Binary(message.to_vec()),
                Frame::Ping(payload) => Event::Ping(payload.to_vec()),
                Frame::Pong(payload) => Event::Pong(payload.to_vec()),
                Frame::Close { code, reason } => Event::Close { code, reason: reason.into() },
                Frame::Violation(violation) => Event::Violation(violation.reason().into()),
            });
        }
        self.decoder.suspend(input);
    }

    /// The next event is this one.
    #[track_caller]
    pub fn expect(&mut self, expected: &Event) {
        let came = self.event();
        assert_eq!(&came, expected, "expected of the server: {expected:?}; came: {came:?}");
    }

    /// The next event is a close frame with that code.
    #[track_caller]
    pub fn expect_close(&mut self, expected: u16) {
        let came = self.event();
        let code = if let Event::Close { code, .. } = &came { *code } else { None };
        assert_eq!(code, Some(expected), "expected of the server: a close with {expected}; came: {came:?}");
    }

    /// The next event is a close frame with that code and that reason; then it is answered, and the server closes the
    /// connection.
    #[track_caller]
    pub fn expect_goodbye(&mut self, code: u16, reason: &str) {
        self.expect(&Event::Close { code: Some(code), reason: reason.into() });
        self.close(Some(code));
        self.expect(&Event::End);
    }

    /// Nothing has come before the answer to this ping, so the peer's own worker has sent nothing before it. What other
    /// workers send may still be on its way: for what a room says there is [`crate::signal::nothing_but_own`].
    #[track_caller]
    pub fn expect_nothing(&mut self) {
        const PROBE: &[u8] = b"is there anything before this?";
        self.send(&client::ping(PROBE, MASK));
        self.expect(&Event::Pong(PROBE.to_vec()));
    }
}

/// Frames of one message, each of at most so many bytes of payload.
pub fn fragments(opcode: Opcode, message: &[u8], size: usize) -> Vec<Vec<u8>> {
    let parts: Vec<_> = message.chunks(size).collect();
    let last = parts.len() - 1;
    let frame = |(index, part): (usize, &&[u8])| {
        let mut frame = Vec::new();
        let opcode = if index == 0 { opcode } else { Opcode::Continuation };
        client::put_frame(index == last, opcode, part, MASK, &mut frame);
        frame
    };
    parts.iter().enumerate().map(frame).collect()
}
