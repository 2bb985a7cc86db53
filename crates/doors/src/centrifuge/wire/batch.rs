//! Replies and pushes that leave together.

use std::collections::VecDeque;
use std::mem;

use bytes::Bytes;

use super::layout::{self, Layout, PushMessage};
use super::{Encoding, NotJson, Push, Reply, ping};

/// So many replies and pushes at most make one message of the transport.
pub const MESSAGE_LIMIT: usize = 16;

/// What a small message needs, so that it grows its memory once.
const FIRST_CAPACITY: usize = 256;

/// Joins replies and pushes, in order, into messages of at most [`MESSAGE_LIMIT`] each. Empty, it owns no memory.
#[derive(Debug)]
pub struct Batch {
    encoding: Encoding,
    /// Messages to which nothing can be added.
    full: VecDeque<Bytes>,
    /// The message that is being filled, and how much is in it.
    open: Vec<u8>,
    count: usize,
}

impl Batch {
    /// A batch with nothing in it.
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, full: VecDeque::new(), open: Vec::new(), count: 0 }
    }

    /// Adds a reply.
    ///
    /// # Errors
    /// When it would carry bytes that are not JSON to a JSON peer; nothing is added then.
    pub fn reply(&mut self, reply: &Reply) -> Result<(), NotJson> {
        self.add(reply)
    }

    /// Adds a push of that channel; the name is empty for pushes of no channel.
    ///
    /// # Errors
    /// As with [`Batch::reply`].
    pub fn push(&mut self, channel: &str, push: &Push) -> Result<(), NotJson> {
        self.add(&PushMessage { channel, push })
    }

    /// Adds a ping.
    pub fn ping(&mut self) {
        self.separate();
        self.open.extend_from_slice(ping(self.encoding));
        self.count += 1;
    }

    /// Takes the next whole message; `None` when everything was taken.
    pub fn take(&mut self) -> Option<Bytes> {
        if let Some(message) = self.full.pop_front() {
            return Some(message);
        }
        (self.count > 0).then(|| self.seal())
    }

    fn add(&mut self, message: &impl Layout) -> Result<(), NotJson> {
        self.separate();
        let result = layout::write(self.encoding, message, &mut self.open);
        match result {
            Ok(()) => self.count += 1,
            Err(NotJson) => self.unseparate(),
        }
        result
    }

    /// Makes room for one more.
    fn separate(&mut self) {
        if self.count == MESSAGE_LIMIT {
            let message = self.seal();
            self.full.push_back(message);
        }
        if self.count == 0 {
            self.open.reserve(FIRST_CAPACITY);
        } else if self.encoding == Encoding::Json {
            self.open.push(b'\n');
        }
    }

    /// Undoes what [`Batch::separate`] wrote.
    fn unseparate(&mut self) {
        if self.count > 0 {
            self.open.pop();
        }
    }

    fn seal(&mut self) -> Bytes {
        self.count = 0;
        mem::take(&mut self.open).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::centrifuge::wire::{Answer, client};

    fn publish(id: u32) -> Reply {
        Reply { id, result: Ok(Answer::Publish) }
    }

    fn not_json() -> Reply {
        Reply { id: 9, result: Ok(Answer::Rpc(Bytes::from_static(b"\xff"))) }
    }

    fn messages(batch: &mut Batch) -> Vec<Bytes> {
        std::iter::from_fn(|| batch.take()).collect()
    }

    #[test]
    fn a_batch_with_nothing_in_it_makes_no_message() {
        assert_eq!(Batch::new(Encoding::Json).take(), None);
    }

    #[test]
    fn json_messages_are_joined_by_line_feeds_without_one_at_the_end() {
        let mut batch = Batch::new(Encoding::Json);
        batch.reply(&publish(1)).expect("no payload");
        batch.ping();
        batch.push("c", &Push::Message(Bytes::from_static(b"1"))).expect("JSON");
        let expected =
            "{\"id\":1,\"publish\":{}}\n{}\n{\"push\":{\"channel\":\"c\",\"message\":{\"data\":1}}}";
        assert_eq!(messages(&mut batch), [expected]);
        assert_eq!(batch.take(), None);
    }

    #[test]
    fn sixteen_fill_a_message_and_the_seventeenth_begins_another() {
        for encoding in [Encoding::Json, Encoding::Protobuf] {
            let mut batch = Batch::new(encoding);
            for id in 1..=33 {
                batch.reply(&publish(id)).expect("no payload");
            }
            let read: Vec<Vec<u32>> = messages(&mut batch)
                .iter()
                .map(|message| client::read(encoding, message).expect("well formed"))
                .map(|replies| replies.iter().map(|reply| reply.id).collect())
                .collect();
            assert_eq!(read, [(1..=16).collect::<Vec<_>>(), (17..=32).collect(), vec![33]]);
        }
    }

    #[test]
    fn what_a_json_peer_cannot_read_is_left_out_and_said() {
        let mut batch = Batch::new(Encoding::Json);
        assert_eq!(batch.reply(&not_json()), Err(NotJson));
        assert_eq!(batch.take(), None);
        batch.reply(&publish(1)).expect("no payload");
        assert_eq!(batch.reply(&not_json()), Err(NotJson));
        batch.reply(&publish(2)).expect("no payload");
        assert_eq!(messages(&mut batch), ["{\"id\":1,\"publish\":{}}\n{\"id\":2,\"publish\":{}}"]);
    }

    #[test]
    fn a_protobuf_peer_can_read_any_payload() {
        let mut batch = Batch::new(Encoding::Protobuf);
        assert_eq!(batch.reply(&not_json()), Ok(()));
        assert_eq!(messages(&mut batch), [&[7, 8, 9, 0x6a, 3, 10, 1, 0xff][..]]);
    }
}
