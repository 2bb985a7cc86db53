//! What subscribers get, and what they never get, told through a post that only writes down.

use std::ops::RangeInclusive;

use vestibule_doors::centrifuge::wire::{Encoding, client};
use vestibule_model::{ClientId, Door, OrganisationId, Publication, UserId};
use vestibule_websocket::{Event, Input};

use super::*;

mod following;
mod joining;
mod receivers;
mod subscriptions;

const EPOCH: &str = "first";
const META_TTL: Duration = Duration::from_secs(600);

const ANN: ConnectionId = ConnectionId::for_test(1);
const BEN: ConnectionId = ConnectionId::for_test(2);

/// Writes down what it is given.
#[derive(Default)]
struct Record(Vec<(ConnectionId, Entry)>);

#[derive(Clone, Debug, PartialEq)]
enum Entry {
    Sent(Bytes),
    Lost,
    Refused(u16),
}

impl Post for Record {
    fn send(&mut self, to: ConnectionId, frames: Bytes) {
        self.0.push((to, Entry::Sent(frames)));
    }

    fn lost(&mut self, who: ConnectionId, _: ChannelKey) {
        self.0.push((who, Entry::Lost));
    }

    fn refuse(&mut self, who: ConnectionId, close: Close) {
        self.0.push((who, Entry::Refused(close.code)));
    }
}

/// A shard with one channel, and its record.
struct Stage {
    shard: Shard,
    key: ChannelKey,
    record: Record,
}

/// A subscriber that follows the stream and hears nobody.
fn follower() -> Subscription {
    Subscription {
        form: Form::CentrifugeJson,
        hears: false,
        follows: Some(META_TTL),
        departure: Departure { info: info(), presence: true, announces: true },
    }
}

/// One that takes what comes.
fn listener() -> Subscription {
    Subscription { follows: None, ..follower() }
}

fn info() -> Arc<ClientInfo> {
    Arc::new(ClientInfo {
        user: UserId::new("ann"),
        client: ClientId::from_random([7; 16]),
        connection: None,
        channel: None,
    })
}

fn at(epoch: &str, offset: u64) -> Position {
    Position { offset, epoch: Epoch::new(epoch) }
}

/// A publication whose data says which one it is.
fn publication(number: u64, position: Option<Position>) -> ChannelEvent {
    let data = number.to_string().into();
    ChannelEvent::Publication(Arc::new(Publication { data, position, ..Default::default() }))
}

fn of(epoch: &str, offsets: RangeInclusive<u64>) -> Vec<ChannelEvent> {
    offsets.map(|offset| publication(offset, Some(at(epoch, offset)))).collect()
}

/// What frames say: the data of a publication, `+` or `-` with the user for joins and leaves.
fn read(form: Form, frames: &Bytes) -> Vec<String> {
    let mut bytes = frames.to_vec();
    let mut decoder = vestibule_websocket::client::decoder(1 << 20);
    let mut input = Input::new(&mut bytes);
    let mut said = Vec::new();
    while let Some(event) = decoder.next(&mut input) {
        let (encoding, message) = match (form, event) {
            (Form::CentrifugeJson, Event::Text(message)) => (Encoding::Json, message),
            (Form::CentrifugeProtobuf, Event::Binary(message)) => (Encoding::Protobuf, message),
            (_, other) => panic!("{other:?} for {form:?}"),
        };
        for reply in client::read(encoding, message).expect("a reply") {
            let push = reply.push.expect("a push");
            assert_eq!(push.channel, "news");
            let user = |moved: client::received::push::Moved| moved.info.expect("who").user;
            said.extend(
                push.r#pub.map(|publication| String::from_utf8(publication.data.into()).expect("text")),
            );
            said.extend(push.join.map(|moved| format!("+{}", user(moved))));
            said.extend(push.leave.map(|moved| format!("-{}", user(moved))));
        }
    }
    said
}

impl Stage {
    fn new() -> Self {
        let key = ChannelKey::new(&OrganisationId::from_verified("o"), Door::Centrifuge, "news");
        Self { shard: Shard::default(), key, record: Record::default() }
    }

    fn begin(&mut self, who: ConnectionId, begin: Subscription) -> bool {
        self.shard.subscribe(who, &self.key, begin)
    }

    fn settle(&mut self, who: ConnectionId, position: Option<Position>) {
        self.shard.settle(who, &self.key, position.as_ref(), &mut self.record);
    }

    fn release(&mut self, who: ConnectionId) {
        self.shard.release(who, &self.key, &mut self.record);
    }

    /// A live follower at that offset.
    fn follow(&mut self, who: ConnectionId, offset: u64) {
        self.begin(who, follower());
        self.settle(who, Some(at(EPOCH, offset)));
        self.release(who);
    }

    /// A live subscriber that takes what comes.
    fn listen(&mut self, who: ConnectionId, begin: Subscription) {
        self.begin(who, begin);
        self.settle(who, None);
        self.release(who);
    }

    fn deliver(&mut self, events: &[ChannelEvent]) {
        self.shard.deliver(&self.key, events, &mut self.record);
    }

    fn publish(&mut self, offsets: RangeInclusive<u64>) {
        self.deliver(&of(EPOCH, offsets));
    }

    fn unsubscribe(&mut self, who: ConnectionId) -> Option<Ended> {
        self.shard.unsubscribe(who, &self.key)
    }

    fn entries(&self, who: ConnectionId) -> Vec<Entry> {
        self.record.0.iter().filter(|(to, _)| *to == who).map(|(_, entry)| entry.clone()).collect()
    }

    /// Each buffer that a JSON receiver was sent, with what it says.
    fn buffers(&self, who: ConnectionId) -> Vec<Vec<String>> {
        let sent = |entry: &Entry| match entry {
            Entry::Sent(bytes) => Some(read(Form::CentrifugeJson, bytes)),
            Entry::Lost | Entry::Refused(_) => None,
        };
        self.entries(who).iter().filter_map(sent).collect()
    }

    /// All that a JSON receiver was told.
    fn heard(&self, who: ConnectionId) -> Vec<String> {
        self.buffers(who).concat()
    }

    fn losses(&self, who: ConnectionId) -> usize {
        self.entries(who).iter().filter(|entry| **entry == Entry::Lost).count()
    }

    fn offset(&self, who: ConnectionId) -> Option<u64> {
        self.shard.position(who, &self.key).map(|(position, _)| position.offset)
    }
}
