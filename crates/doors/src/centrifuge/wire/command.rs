//! What a peer can ask for, and how one message of the transport is taken apart.

use memchr::memchr;

use super::schema::{
    ChannelRequest, ConnectRequest, HistoryRequest, PublishRequest, RefreshRequest, RpcRequest, SendRequest,
    SubRefreshRequest, SubscribeRequest,
};
use super::{Encoding, envelope};

/// One command of a peer.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Which reply will be its; 0 when the peer gave none.
    pub id: u32,
    /// What is asked; `None` without any request that is known: with the id 0, that is a pong.
    pub request: Option<Request>,
}

/// What a command can ask for. A command with several requests means the first of this list; the others count for
/// nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Open the connection.
    Connect(ConnectRequest),
    /// A command that no server carries out.
    Ping,
    /// Start a subscription.
    Subscribe(SubscribeRequest),
    /// End a subscription.
    Unsubscribe(ChannelRequest),
    /// Publish to a channel.
    Publish(PublishRequest),
    /// Who is in a channel?
    Presence(ChannelRequest),
    /// How many are in a channel?
    PresenceStats(ChannelRequest),
    /// What was published?
    History(HistoryRequest),
    /// Call the backend.
    Rpc(RpcRequest),
    /// Tell the backend something; there is no reply.
    Send(SendRequest),
    /// Here is a new connection token.
    Refresh(RefreshRequest),
    /// Here is a new subscription token.
    SubRefresh(SubRefreshRequest),
}

/// The bytes are not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// The commands of one message, one after the other. Each is read when it is asked for, so a bad one spoils nothing
/// before it; after a bad one there is no other.
#[derive(Debug)]
pub struct Commands<'a> {
    encoding: Encoding,
    rest: &'a [u8],
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// A message holds at least one command, so the end would be an error.
    Begin,
    Middle,
    End,
}

impl<'a> Commands<'a> {
    /// The commands of this message.
    pub fn new(encoding: Encoding, message: &'a [u8]) -> Self {
        Self { encoding, rest: message, state: State::Begin }
    }

    /// What was not read yet: a message of its own, to be read later, unless it is empty.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn read(&mut self) -> Result<Command, Malformed> {
        match self.encoding {
            Encoding::Json => envelope::from_json(self.cut_line()),
            Encoding::Protobuf => envelope::from_protobuf(envelope::cut_counted(&mut self.rest)?),
        }
    }

    /// Cuts off what stands before the next line feed, or everything.
    fn cut_line(&mut self) -> &'a [u8] {
        let end = memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        line
    }
}

impl Iterator for Commands<'_> {
    type Item = Result<Command, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.state {
            State::End => return None,
            State::Middle if self.rest.is_empty() => return None,
            State::Begin | State::Middle => {}
        }
        let command = self.read();
        if command.is_ok() {
            self.state = State::Middle;
        } else {
            self.state = State::End;
            self.rest = &[];
        }
        Some(command)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The ids of the commands that are well formed, and whether a malformed one ended them.
    fn ids(encoding: Encoding, message: &[u8]) -> (Vec<u32>, bool) {
        let mut ids = Vec::new();
        for command in Commands::new(encoding, message) {
            match command {
                Ok(command) => ids.push(command.id),
                Err(Malformed) => return (ids, true),
            }
        }
        (ids, false)
    }

    fn json(message: &str) -> (Vec<u32>, bool) {
        ids(Encoding::Json, message.as_bytes())
    }

    fn first(message: &str) -> Option<Request> {
        let command = Commands::new(Encoding::Json, message.as_bytes()).next()?;
        command.expect("well formed").request
    }

    #[test]
    fn json_commands_stand_between_single_line_feeds_and_one_may_follow_the_last() {
        assert_eq!(json("{\"id\":1}\n{\"id\":2}"), (vec![1, 2], false));
        assert_eq!(json("{\"id\":1}\n{\"id\":2}\n"), (vec![1, 2], false));
    }

    #[test]
    fn an_empty_message_or_line_is_malformed_and_spoils_nothing_before_it() {
        assert_eq!(json(""), (vec![], true));
        assert_eq!(json("\n"), (vec![], true));
        assert_eq!(json("\n{\"id\":1}"), (vec![], true));
        assert_eq!(json("{\"id\":1}\n\n{\"id\":2}"), (vec![1], true));
        assert_eq!(json("{\"id\":1}\n\n"), (vec![1], true));
        assert_eq!(ids(Encoding::Protobuf, b""), (vec![], true));
    }

    #[test]
    fn what_is_not_an_object_is_malformed() {
        for bad in ["null", "[]", "1", "\"\"", "[1,{}]", "{", "{}{}", "{}x", "{\"id\":1,}", "\u{feff}{}"] {
            assert_eq!(json(bad), (vec![], true), "{bad}");
            assert_eq!(json(&format!("{{\"id\":1}}\n{bad}")), (vec![1], true), "{bad}");
        }
        assert_eq!(ids(Encoding::Json, b"{\"subscribe\":{\"channel\":\"\xff\"}}"), (vec![], true));
        assert_eq!(ids(Encoding::Json, b"{\"publish\":{\"data\":\"\xff\"}}"), (vec![], true));
    }

    #[test]
    fn a_field_of_the_wrong_type_is_malformed() {
        for bad in [
            r#"{"id":"1"}"#,
            r#"{"id":-1}"#,
            r#"{"id":1.5}"#,
            r#"{"id":4294967296}"#,
            r#"{"subscribe":{"channel":1}}"#,
            r#"{"subscribe":["c"]}"#,
            r#"{"subscribe":"c"}"#,
            r#"{"subscribe":{"recover":1}}"#,
            r#"{"subscribe":{"offset":-1}}"#,
            r#"{"history":{"since":[1,"e"]}}"#,
            r#"{"connect":{"subs":{"c":[]}}}"#,
            r#"{"connect":{},"publish":1}"#,
        ] {
            assert_eq!(json(bad), (vec![], true), "{bad}");
        }
    }

    #[test]
    fn unknown_fields_are_skipped_and_null_is_nothing() {
        assert_eq!(json(r#"{"id":1,"new":{"a":[{}]}}"#), (vec![1], false));
        assert_eq!(json(r#"{"id":null}"#), (vec![0], false));
        assert_eq!(first(r#"{"id":1,"connect":null}"#), None);
        let Some(Request::Subscribe(request)) = first(r#"{"subscribe":{"channel":null,"tf":null,"new":1}}"#)
        else {
            unreachable!("a subscribe request");
        };
        assert_eq!(request, SubscribeRequest::default());
    }

    #[test]
    fn the_first_request_in_the_order_of_the_protocol_counts() {
        let order = [
            "connect",
            "ping",
            "subscribe",
            "unsubscribe",
            "publish",
            "presence",
            "presence_stats",
            "history",
            "rpc",
            "send",
            "refresh",
            "sub_refresh",
        ];
        for (index, winner) in order.iter().enumerate() {
            let alone = format!("{{\"id\":1,\"{winner}\":{{}}}}");
            let fields: Vec<String> =
                order[index..].iter().rev().map(|name| format!("\"{name}\":{{}}")).collect();
            let together = format!("{{\"id\":1,{}}}", fields.join(","));
            assert!(first(&alone).is_some(), "{alone}");
            assert_eq!(first(&together), first(&alone), "{together}");
        }
    }

    #[test]
    fn a_payload_keeps_its_bytes() {
        for payload in
            ["null", "\"<&>\u{2028}\"", "{ \"a\" :\t1.0e5 }", "12345678901234567890.5", "\"\\ud800\""]
        {
            let Some(Request::Publish(request)) = first(&format!("{{\"publish\":{{\"data\": {payload} }}}}"))
            else {
                unreachable!("a publish request");
            };
            assert_eq!(request.data, payload.as_bytes());
        }
        let Some(Request::Publish(request)) = first(r#"{"publish":{}}"#) else {
            unreachable!("a publish request")
        };
        assert!(request.data.is_empty());
    }

    #[test]
    fn a_truncated_protobuf_message_is_malformed() {
        assert_eq!(ids(Encoding::Protobuf, &[2, 8, 1, 2, 8, 2]), (vec![1, 2], false));
        assert_eq!(ids(Encoding::Protobuf, &[2, 8, 1, 2, 8]), (vec![1], true));
        assert_eq!(ids(Encoding::Protobuf, &[0x80]), (vec![], true));
        assert_eq!(ids(Encoding::Protobuf, &[0xff; 11]), (vec![], true));
        assert_eq!(ids(Encoding::Protobuf, b"{\"id\":1}"), (vec![], true));
    }

    #[test]
    fn what_was_not_read_yet_can_be_read_later() {
        for (encoding, message) in
            [(Encoding::Json, &b"{\"id\":1}\n{\"id\":2}\n"[..]), (Encoding::Protobuf, &[2, 8, 1, 2, 8, 2])]
        {
            let mut commands = Commands::new(encoding, message);
            assert_eq!(commands.next(), Some(Ok(Command { id: 1, request: None })));
            assert_eq!(ids(encoding, commands.rest()), (vec![2], false));
            assert_eq!(commands.next(), Some(Ok(Command { id: 2, request: None })));
            assert!(commands.rest().is_empty());
            assert_eq!(commands.next(), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_commands_and_at_most_one_complaint(message: Vec<u8>) {
            for encoding in [Encoding::Json, Encoding::Protobuf] {
                let commands: Vec<_> = Commands::new(encoding, &message).collect();
                prop_assert!(!commands.is_empty());
                prop_assert!(commands[..commands.len() - 1].iter().all(Result::is_ok));
            }
        }

        #[test]
        fn any_text_made_of_the_pieces_of_commands_is_read_without_a_panic(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "{", "}", "[", "]", ":", ",", "\n", "null", "1", "-1", "\"id\"", "\"publish\"", "\"data\"",
                    "\"subscribe\"", "\"channel\"", "\"c\"", "\"\\", "\"tf\"",
                ]),
                0..40,
            )
        ) {
            for command in Commands::new(Encoding::Json, pieces.concat().as_bytes()) {
                if let Ok(Command { request: Some(Request::Publish(request)), .. }) = command {
                    prop_assert!(request.data.is_empty() || serde_json::from_slice::<serde_json::Value>(&request.data).is_ok());
                }
            }
        }
    }
}
