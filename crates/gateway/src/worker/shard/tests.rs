//! What subscribers get, and what they never get, told through a post that only writes down.

use std::ops::RangeInclusive;

use vestibule_doors::centrifuge::wire::{Encoding, client};
use vestibule_model::{ClientId, Door, OrganisationId, Publication, UserId};
use vestibule_websocket::{Event, Input};

use super::*;

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

#[test]
fn nothing_is_sent_before_the_reply_that_opens_the_subscription() {
    let mut stage = Stage::new();
    stage.begin(ANN, listener());
    stage.deliver(&[publication(1, None)]);
    stage.settle(ANN, None);
    stage.deliver(&[publication(2, None)]);
    assert_eq!(stage.entries(ANN), []);
    stage.release(ANN);
    stage.deliver(&[publication(3, None)]);
    assert_eq!(stage.heard(ANN), ["1", "2", "3"]);
}

#[test]
fn what_the_history_held_already_is_not_sent_again_and_the_rest_follows_in_order() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.publish(3..=4);
    stage.settle(ANN, Some(at(EPOCH, 5)));
    stage.publish(5..=5);
    stage.publish(6..=7);
    stage.release(ANN);
    stage.publish(8..=8);
    assert_eq!(stage.heard(ANN), ["6", "7", "8"]);
    assert_eq!(stage.losses(ANN), 0);
}

#[test]
fn a_run_that_the_history_held_in_part_gives_only_its_rest() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.publish(4..=7);
    stage.settle(ANN, Some(at(EPOCH, 5)));
    stage.release(ANN);
    assert_eq!(stage.heard(ANN), ["6", "7"]);
}

#[test]
fn whatever_moment_the_history_is_read_at_a_follower_gets_each_publication_once_and_in_order() {
    const LAST: u64 = 6;
    for top in 0..=LAST {
        for settled in top..=LAST {
            for released in settled..=LAST {
                let mut stage = Stage::new();
                stage.begin(ANN, follower());
                for offset in 0..=LAST {
                    if offset > 0 {
                        stage.publish(offset..=offset);
                    }
                    if offset == settled {
                        stage.settle(ANN, Some(at(EPOCH, top)));
                    }
                    if offset == released {
                        stage.release(ANN);
                    }
                }
                let rest: Vec<String> = (top + 1..=LAST).map(|offset| offset.to_string()).collect();
                assert_eq!(
                    stage.heard(ANN),
                    rest,
                    "read at {top}, settled at {settled}, released at {released}"
                );
                assert_eq!(stage.losses(ANN), 0);
            }
        }
    }
}

#[test]
fn a_publication_that_a_follower_has_is_dropped() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.publish(4..=5);
    stage.publish(6..=6);
    stage.publish(6..=6);
    assert_eq!(stage.heard(ANN), ["6"]);
    assert_eq!(stage.losses(ANN), 0);
}

#[test]
fn a_gap_loses_a_follower_once_and_nothing_is_delivered_afterwards() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.publish(7..=7);
    stage.publish(6..=6);
    stage.publish(8..=9);
    stage.deliver(&[publication(0, None)]);
    stage.shard.lose(ANN, &stage.key, &mut stage.record);
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
    assert_eq!(stage.offset(ANN), None, "a lost follower stands nowhere");
}

#[test]
fn a_gap_among_what_was_held_loses_the_follower_at_its_release() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.settle(ANN, Some(at(EPOCH, 5)));
    stage.publish(6..=6);
    stage.publish(8..=8);
    stage.release(ANN);
    stage.publish(9..=9);
    assert_eq!(stage.heard(ANN), ["6"]);
    assert_eq!(stage.losses(ANN), 1);
}

#[test]
fn a_new_epoch_loses_every_follower_once_and_nobody_else() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.listen(BEN, listener());
    stage.deliver(&of("second", 1..=1));
    stage.deliver(&of("second", 2..=2));
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
    assert_eq!(stage.heard(BEN), ["1", "2"]);
}

#[test]
fn a_new_epoch_that_another_subscriber_brings_loses_the_followers_of_the_old_one() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.begin(BEN, follower());
    stage.settle(BEN, Some(at("second", 0)));
    stage.release(BEN);
    stage.deliver(&of("second", 1..=1));
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
    assert_eq!(stage.heard(BEN), ["1"]);
}

#[test]
fn a_new_epoch_while_a_standing_follower_is_held_loses_it_at_its_release() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.settle(ANN, Some(at(EPOCH, 5)));
    stage.deliver(&of("second", 1..=1));
    assert_eq!(stage.entries(ANN), [], "its reply is not on its way yet");
    stage.release(ANN);
    stage.deliver(&of("second", 2..=2));
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
}

#[test]
fn a_follower_whose_position_was_read_before_the_new_epoch_is_lost_at_its_release() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.deliver(&of("second", 1..=1));
    stage.settle(ANN, Some(at(EPOCH, 5)));
    stage.release(ANN);
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
}

#[test]
fn a_follower_that_settles_in_the_new_epoch_follows_it() {
    let mut stage = Stage::new();
    stage.follow(BEN, 5);
    stage.begin(ANN, follower());
    stage.deliver(&of("second", 1..=2));
    stage.settle(ANN, Some(at("second", 1)));
    stage.release(ANN);
    stage.deliver(&of("second", 3..=3));
    assert_eq!(stage.heard(ANN), ["2", "3"]);
    assert_eq!(stage.losses(ANN), 0);
}

#[test]
fn a_subscriber_that_does_not_follow_takes_everything() {
    let mut stage = Stage::new();
    stage.listen(ANN, listener());
    stage.publish(3..=3);
    stage.publish(9..=9);
    stage.publish(3..=3);
    stage.deliver(&of("second", 1..=1));
    assert_eq!(stage.heard(ANN), ["3", "9", "3", "1"]);
    assert_eq!(stage.losses(ANN), 0);
}

#[test]
fn a_publication_without_a_position_reaches_followers_and_does_not_move_them() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.deliver(&[publication(70, None), publication(71, None)]);
    stage.publish(6..=6);
    assert_eq!(stage.heard(ANN), ["70", "71", "6"]);
    assert_eq!(stage.offset(ANN), Some(6));
}

#[test]
fn a_run_goes_out_as_one_buffer_that_all_receivers_of_a_form_share() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.listen(BEN, listener());
    stage.publish(6..=9);
    assert_eq!(stage.buffers(ANN), [["6", "7", "8", "9"]]);
    let (Entry::Sent(anns), Entry::Sent(bens)) = (&stage.entries(ANN)[0], &stage.entries(BEN)[0]) else {
        panic!("both were sent something");
    };
    assert_eq!(anns.as_ptr(), bens.as_ptr());
}

#[test]
fn a_follower_that_has_the_beginning_of_a_run_gets_the_end_of_the_same_buffer() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.follow(BEN, 7);
    stage.publish(6..=9);
    assert_eq!(stage.buffers(BEN), [["8", "9"]]);
    let (Entry::Sent(anns), Entry::Sent(bens)) = (&stage.entries(ANN)[0], &stage.entries(BEN)[0]) else {
        panic!("both were sent something");
    };
    assert_eq!(anns.as_ptr_range().end, bens.as_ptr_range().end);
    assert_eq!((stage.offset(ANN), stage.offset(BEN)), (Some(9), Some(9)));
}

#[test]
fn each_receiver_reads_its_own_form() {
    let mut stage = Stage::new();
    stage.listen(ANN, Subscription { form: Form::CentrifugeProtobuf, ..listener() });
    stage.publish(1..=2);
    let [Entry::Sent(frames)] = &stage.entries(ANN)[..] else { panic!("one buffer") };
    assert_eq!(read(Form::CentrifugeProtobuf, frames), ["1", "2"]);
}

#[test]
fn joins_and_leaves_reach_only_those_who_want_to_hear_them() {
    let mut stage = Stage::new();
    stage.listen(ANN, Subscription { hears: true, ..follower() });
    stage.listen(BEN, listener());
    stage.deliver(&[ChannelEvent::Join(info())]);
    stage.deliver(&[ChannelEvent::Leave(info())]);
    assert_eq!(stage.heard(ANN), ["+ann", "-ann"]);
    assert_eq!(stage.entries(BEN), []);
}

#[test]
fn a_held_subscriber_hears_of_joins_after_its_reply() {
    let mut stage = Stage::new();
    stage.begin(ANN, Subscription { hears: true, ..follower() });
    stage.deliver(&[ChannelEvent::Join(info())]);
    stage.settle(ANN, Some(at(EPOCH, 0)));
    stage.publish(1..=1);
    stage.release(ANN);
    assert_eq!(stage.heard(ANN), ["+ann", "1"]);
}

#[test]
fn more_events_than_can_be_held_lose_the_subscriber_at_its_release() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.settle(ANN, Some(at(EPOCH, 0)));
    let most = HELD_EVENTS as u64;
    stage.publish(1..=most);
    stage.publish(most + 1..=most + 1);
    assert_eq!(stage.entries(ANN), []);
    stage.release(ANN);
    stage.publish(most + 2..=most + 2);
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
}

#[test]
fn as_many_events_as_can_be_held_are_all_delivered() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.settle(ANN, Some(at(EPOCH, 0)));
    stage.publish(1..=HELD_EVENTS as u64);
    stage.release(ANN);
    assert_eq!(stage.heard(ANN).len(), HELD_EVENTS);
    assert_eq!(stage.losses(ANN), 0);
}

#[test]
fn a_subscription_that_ends_before_it_stands_has_no_departure() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    let ended = stage.unsubscribe(ANN).expect("a subscription");
    assert!(ended.departure.is_none());
    assert!(ended.last);
}

#[test]
fn one_that_stands_departs_whether_it_is_held_live_or_lost() {
    for stage_of_life in 0..3 {
        let mut stage = Stage::new();
        stage.begin(ANN, follower());
        stage.settle(ANN, Some(at(EPOCH, 5)));
        if stage_of_life > 0 {
            stage.release(ANN);
        }
        if stage_of_life > 1 {
            stage.publish(9..=9);
        }
        let departure = stage.unsubscribe(ANN).expect("a subscription").departure.expect("a departure");
        assert!(departure.presence && departure.announces);
    }
}

#[test]
fn until_a_subscription_stands_each_one_asks_for_the_channels_deliveries() {
    let mut stage = Stage::new();
    assert!(stage.begin(ANN, follower()));
    assert!(stage.begin(BEN, listener()), "what the first one asked for may fail yet");
    stage.settle(ANN, None);
    assert!(!stage.begin(ConnectionId::for_test(3), listener()));
}

#[test]
fn the_last_subscriber_of_a_channel_is_told_from_the_others() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.begin(BEN, listener());
    assert_eq!(stage.shard.subscriptions(), 2);
    assert!(!stage.unsubscribe(ANN).expect("a subscription").last);
    assert!(stage.unsubscribe(BEN).expect("a subscription").last);
    assert!(stage.unsubscribe(BEN).is_none());
    assert_eq!(stage.shard.subscriptions(), 0);
    assert_eq!(stage.shard.channels().count(), 0, "an empty channel is forgotten");
    assert!(stage.begin(BEN, listener()), "and its deliveries have to be asked for again");
}

#[test]
fn a_connection_that_is_subscribed_keeps_the_subscription_it_has() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    assert!(!stage.begin(ANN, listener()));
    assert_eq!(stage.shard.subscriptions(), 1);
    assert_eq!(stage.offset(ANN), Some(5));
}

#[test]
fn data_that_is_not_json_refuses_those_who_read_json_and_nobody_else() {
    let mut stage = Stage::new();
    stage.follow(ANN, 0);
    stage.listen(BEN, Subscription { form: Form::CentrifugeProtobuf, ..listener() });
    let data = Bytes::from_static(b"\xff");
    let position = Some(at(EPOCH, 1));
    let bad = Publication { data, position, ..Default::default() };
    stage.deliver(&[ChannelEvent::Publication(Arc::new(bad))]);
    stage.publish(2..=2);
    assert_eq!(stage.entries(ANN), [Entry::Refused(3506)], "once, and nothing is sent to it any more");
    assert_eq!(stage.entries(BEN).len(), 2);
}

#[test]
fn a_follower_stands_where_it_was_given_the_last_publication() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    assert_eq!(stage.offset(ANN), None, "one that is held stands nowhere yet");
    stage.settle(ANN, Some(at(EPOCH, 5)));
    assert_eq!(stage.offset(ANN), None);
    stage.release(ANN);
    stage.publish(6..=8);
    assert_eq!(stage.shard.position(ANN, &stage.key), Some((at(EPOCH, 8), META_TTL)));
    stage.listen(BEN, listener());
    assert_eq!(stage.offset(BEN), None, "nor does one that does not follow");
}

#[test]
fn presence_is_known_only_where_it_is_kept() {
    let mut stage = Stage::new();
    stage.follow(ANN, 0);
    let departure = Departure { presence: false, ..follower().departure };
    stage.listen(BEN, Subscription { departure, ..listener() });
    assert_eq!(stage.shard.presence(ANN, &stage.key), Some(info()));
    assert_eq!(stage.shard.presence(BEN, &stage.key), None);
}

#[test]
fn only_publications_one_after_the_other_make_a_run() {
    let positioned = |epoch: &str, offset| publication(offset, Some(at(epoch, offset)));
    let plain = publication(0, None);
    let join = ChannelEvent::Join(info());
    assert!(continues(&positioned(EPOCH, 5), &positioned(EPOCH, 6)));
    assert!(continues(&plain, &plain));
    assert!(!continues(&positioned(EPOCH, 5), &positioned(EPOCH, 7)));
    assert!(!continues(&positioned(EPOCH, 5), &positioned(EPOCH, 5)));
    assert!(!continues(&positioned(EPOCH, 5), &positioned("second", 6)));
    assert!(!continues(&positioned(EPOCH, 5), &plain));
    assert!(!continues(&plain, &positioned(EPOCH, 6)));
    assert!(!continues(&join, &join));
    assert!(!continues(&plain, &join));
}
