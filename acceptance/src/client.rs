//! The Centrifuge protocol as a client speaks it, in either encoding.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::net::SocketAddr;

use vestibule_doors::centrifuge::wire::client::{self as wire, received};
use vestibule_doors::centrifuge::wire::{
    ChannelRequest, Command, ConnectRequest, Encoding, HistoryRequest, PublishRequest, SubscribeRequest, ping,
};
use vestibule_websocket::client::{binary, text};

use crate::peer::{Event, MASK, PATH, Peer};
use crate::token;

pub use received::push::Push;
pub use received::{Publication, Reply, SubscribeResult};
pub use vestibule_doors::centrifuge::wire::Request;

/// Every encoding, for tests of each and for clients that have them in turns.
pub const BOTH: [Encoding; 2] = [Encoding::Json, Encoding::Protobuf];

/// Messages that a server may send before it says goodbye.
const MOST_BEFORE_A_GOODBYE: usize = 16;

/// One client.
#[derive(Debug)]
pub struct Client {
    /// Its connection.
    pub peer: Peer,
    /// How it writes.
    pub encoding: Encoding,
    /// What the server calls it.
    pub id: String,
    commands: u32,
    replies: VecDeque<Reply>,
    pushes: VecDeque<Push>,
}

impl Client {
    /// Enters and connects as that user.
    #[track_caller]
    pub fn connect(address: SocketAddr, encoding: Encoding, user: &str) -> Self {
        Self::connect_with(address, encoding, token::of(user))
    }

    /// Enters and connects with that token.
    #[track_caller]
    pub fn connect_with(address: SocketAddr, encoding: Encoding, token: String) -> Self {
        let mut client = Self::enter(address, encoding);
        let reply = client.call(with_token(token));
        let result =
            reply.connect.unwrap_or_else(|| panic!("expected to be connected; came: {:?}", reply.error));
        client.id = result.client;
        client
    }

    /// Enters, and says nothing yet.
    #[track_caller]
    pub fn enter(address: SocketAddr, encoding: Encoding) -> Self {
        let subprotocol: &[_] = match encoding {
            Encoding::Json => &[],
            Encoding::Protobuf => &[("Sec-WebSocket-Protocol", "centrifuge-protobuf")],
        };
        let peer = Peer::knock(address, PATH, subprotocol);
        Self::over(
            peer.unwrap_or_else(|status| panic!("expected to be let in; refused with {status}")),
            encoding,
        )
    }

    /// Speaks the protocol over a connection.
    pub fn over(peer: Peer, encoding: Encoding) -> Self {
        let (replies, pushes) = (VecDeque::new(), VecDeque::new());
        Self { peer, encoding, id: String::new(), commands: 0, replies, pushes }
    }

    /// Sends requests in one message, and gives the number of the last one.
    #[track_caller]
    pub fn ask(&mut self, requests: impl IntoIterator<Item = Request>) -> u32 {
        let message = self.message(requests);
        let frame = self.frame(&message);
        self.peer.send(&frame);
        self.commands
    }

    /// Numbers requests, and writes them as one message.
    pub fn message(&mut self, requests: impl IntoIterator<Item = Request>) -> Vec<u8> {
        let number = |request| {
            self.commands += 1;
            Command { id: self.commands, request: Some(request) }
        };
        let commands: Vec<_> = requests.into_iter().map(number).collect();
        wire::write(self.encoding, &commands).unwrap()
    }

    /// A message as a frame of the type that goes with the encoding.
    pub fn frame(&self, message: &[u8]) -> Vec<u8> {
        match self.encoding {
            Encoding::Json => text(message, MASK),
            Encoding::Protobuf => binary(message, MASK),
        }
    }

    /// Sends a request and waits for its reply. Pushes that come before are kept for later.
    #[track_caller]
    pub fn call(&mut self, request: Request) -> Reply {
        let id = self.ask([request]);
        let reply = self.reply();
        assert_eq!(reply.id, id, "expected the reply to command {id}; came: {reply:?}");
        reply
    }

    /// The next reply.
    #[track_caller]
    pub fn reply(&mut self) -> Reply {
        while self.replies.is_empty() {
            self.read();
        }
        self.replies.pop_front().unwrap()
    }

    /// The next push.
    #[track_caller]
    pub fn push(&mut self) -> Push {
        while self.pushes.is_empty() {
            self.read();
        }
        self.pushes.pop_front().unwrap()
    }

    /// The next publication; joins and leaves before it are passed over.
    #[track_caller]
    pub fn publication(&mut self) -> Publication {
        loop {
            if let Some(publication) = self.push().r#pub {
                return publication;
            }
        }
    }

    /// The server says goodbye, whatever it says before. The code of its goodbye.
    #[track_caller]
    pub fn expect_close_after_anything(&mut self) -> u16 {
        // Somebody who is let in is pinged for ever: what comes before a goodbye has a bound.
        for _ in 0..MOST_BEFORE_A_GOODBYE {
            match self.peer.event() {
                Event::Close { code: Some(code), .. } => return code,
                Event::Text(_) | Event::Binary(_) => {}
                other => panic!("expected a goodbye; came: {other:?}"),
            }
        }
        panic!("expected a goodbye; came: {MOST_BEFORE_A_GOODBYE} messages")
    }

    /// Takes in one message; pings of the protocol are answered.
    #[track_caller]
    fn read(&mut self) {
        let message = match (self.peer.event(), self.encoding) {
            (Event::Text(text), Encoding::Json) => text.into_bytes(),
            (Event::Binary(bytes), Encoding::Protobuf) => bytes,
            (other, encoding) => panic!("expected a message in {encoding:?}; came: {other:?}"),
        };
        for reply in self.understand(&message) {
            match reply {
                Reply { push: Some(push), .. } => self.pushes.push_back(push),
                reply if reply == Reply::default() => {
                    let pong = self.frame(ping(self.encoding));
                    self.peer.send(&pong);
                }
                reply => self.replies.push_back(reply),
            }
        }
    }

    /// The replies and pushes of a message.
    #[track_caller]
    pub fn understand(&self, message: &[u8]) -> Vec<Reply> {
        wire::read(self.encoding, message)
            .unwrap_or_else(|_| panic!("not replies: {:?}", String::from_utf8_lossy(message)))
    }

    /// Subscribes.
    #[track_caller]
    pub fn subscribe(&mut self, channel: &str) -> SubscribeResult {
        self.subscribe_with(subscription(channel))
    }

    /// Subscribes with any request.
    #[track_caller]
    pub fn subscribe_with(&mut self, request: SubscribeRequest) -> SubscribeResult {
        let reply = self.call(Request::Subscribe(request));
        expected(reply.subscribe.as_ref(), &reply, "a subscription");
        reply.subscribe.unwrap()
    }

    /// Subscribes again, from where it was.
    #[track_caller]
    pub fn recover(&mut self, channel: &str, offset: u64, epoch: &str) -> SubscribeResult {
        let request =
            SubscribeRequest { recover: true, offset, epoch: epoch.into(), ..subscription(channel) };
        self.subscribe_with(request)
    }

    /// Publishes, and waits until it is done.
    #[track_caller]
    pub fn publish(&mut self, channel: &str, data: &str) {
        let reply = self.call(publication(channel, data));
        expected(reply.publish.as_ref(), &reply, "to have published");
    }

    /// Who is in a channel, by client id.
    #[track_caller]
    pub fn presence(&mut self, channel: &str) -> Vec<String> {
        let reply = self.call(Request::Presence(ChannelRequest { channel: channel.into() }));
        expected(reply.presence.as_ref(), &reply, "who is present");
        reply.presence.unwrap().presence.into_keys().collect()
    }

    /// The whole history of a channel.
    #[track_caller]
    pub fn history(&mut self, channel: &str) -> Vec<Publication> {
        let request = HistoryRequest { channel: channel.into(), limit: -1, ..HistoryRequest::default() };
        let reply = self.call(Request::History(request));
        expected(reply.history.as_ref(), &reply, "a history");
        reply.history.unwrap().publications
    }
}

#[track_caller]
fn expected<T: Debug>(result: Option<&T>, reply: &Reply, what: &str) {
    assert!(result.is_some(), "expected {what}; came: {reply:?}");
}

/// A request to subscribe, and nothing more.
pub fn subscription(channel: &str) -> SubscribeRequest {
    SubscribeRequest { channel: channel.into(), ..SubscribeRequest::default() }
}

/// A request to publish a JSON value.
pub fn publication(channel: &str, data: &str) -> Request {
    let data = data.as_bytes().to_vec().into();
    Request::Publish(PublishRequest { channel: channel.into(), data, ..PublishRequest::default() })
}

/// A request to connect as that user.
pub fn connection(user: &str) -> Request {
    with_token(token::of(user))
}

/// A request to connect with that token.
pub fn with_token(token: String) -> Request {
    Request::Connect(ConnectRequest { token, ..ConnectRequest::default() })
}
