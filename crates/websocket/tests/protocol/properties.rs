//! Whatever is sent and however it is cut.

use proptest::collection::vec;
use proptest::prelude::*;
use vestibule_websocket::{Decoder, Input, Opcode, client};

use crate::record::{Recorded, feed};

const LIMIT: u32 = 2_000;
/// What the decoder's documentation allows on top of the message limit and one suspended input.
const OVERHEAD: usize = 300;

/// Where, as a share of the payload, and the control frame that follows.
type Cut = (prop::sample::Index, Option<(Opcode, Vec<u8>)>);

/// One message with the places where it is cut into fragments, and a control frame after each but the last.
#[derive(Clone, Debug)]
struct Message {
    text: bool,
    payload: Vec<u8>,
    cuts: Vec<Cut>,
    key: [u8; 4],
}

fn control() -> impl Strategy<Value = (Opcode, Vec<u8>)> {
    (prop_oneof![Just(Opcode::Ping), Just(Opcode::Pong)], vec(any::<u8>(), 0..=125))
}

fn message() -> impl Strategy<Value = Message> {
    let text = "\\PC{0,300}".prop_map(|text| (true, text.into_bytes()));
    let binary = vec(any::<u8>(), 0..2_000).prop_map(|bytes| (false, bytes));
    let cuts = vec((any::<prop::sample::Index>(), proptest::option::of(control())), 0..5);
    (prop_oneof![text, binary], cuts, any::<[u8; 4]>())
        .prop_filter("within the limit", |((_, payload), _, _)| payload.len() <= LIMIT as usize)
        .prop_map(|((text, payload), cuts, key)| Message { text, payload, cuts, key })
}

impl Message {
    /// Appends the frames to `stream`, and what they mean to `events`.
    fn send(&self, stream: &mut Vec<u8>, events: &mut Vec<Recorded>) {
        let mut cuts: Vec<_> =
            self.cuts.iter().map(|(index, control)| (index.index(self.payload.len() + 1), control)).collect();
        cuts.sort_by_key(|(at, _)| *at);
        let mut opcode = if self.text { Opcode::Text } else { Opcode::Binary };
        let mut from = 0;
        for (to, control) in cuts {
            client::put_frame(false, opcode, &self.payload[from..to], self.key, stream);
            (opcode, from) = (Opcode::Continuation, to);
            if let Some((kind, payload)) = control {
                client::put_frame(true, *kind, payload, self.key, stream);
                let recorded = if *kind == Opcode::Ping { Recorded::Ping } else { Recorded::Pong };
                events.push(recorded(payload.clone()));
            }
        }
        client::put_frame(true, opcode, &self.payload[from..], self.key, stream);
        let recorded = if self.text { Recorded::Text } else { Recorded::Binary };
        events.push(recorded(self.payload.clone()));
    }
}

/// Feeds the stream in reads of these sizes, over and over. Where `stop` says so, the caller suspends after an event.
fn in_reads(stream: &[u8], sizes: &[usize], stop: &[bool]) -> Vec<Recorded> {
    let largest = sizes.iter().copied().max().unwrap_or_default();
    let mut decoder = Decoder::new(LIMIT);
    let mut events = Vec::new();
    let mut sizes = sizes.iter().cycle();
    let mut stop = stop.iter().cycle();
    let mut rest = stream;
    while !rest.is_empty() {
        let (read, later) = rest.split_at(sizes.next().copied().expect("at least one size").min(rest.len()));
        rest = later;
        let mut read = read.to_vec();
        let mut input = Input::new(&mut read);
        while let Some(event) = decoder.next(&mut input) {
            events.push(event.into());
            if stop.next() == Some(&true) {
                decoder.suspend(input);
                input = Input::empty();
            }
            assert!(decoder.buffered() <= LIMIT as usize + 2 * largest + OVERHEAD);
        }
    }
    events
}

/// Bytes that are often frames, or nearly so: pure noise ends at its first header.
fn nearly_frames() -> impl Strategy<Value = Vec<u8>> {
    let any_frame = (any::<bool>(), 0..6usize, vec(any::<u8>(), 0..200), any::<[u8; 4]>()).prop_map(
        |(fin, opcode, payload, key)| {
            use Opcode::{Binary, Close, Continuation, Ping, Pong, Text};
            let mut out = Vec::new();
            client::put_frame(
                fin,
                [Continuation, Text, Binary, Close, Ping, Pong][opcode],
                &payload,
                key,
                &mut out,
            );
            out
        },
    );
    let noise = vec(any::<u8>(), 0..12);
    vec(prop_oneof![4 => any_frame, 1 => noise], 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_messages_cut_anywhere_arrive_as_they_were_sent(
        messages in vec(message(), 0..6),
        sizes in vec(1..700usize, 1..8),
        stop in vec(any::<bool>(), 1..8),
    ) {
        let (mut stream, mut expected) = (Vec::new(), Vec::new());
        messages.iter().for_each(|message| message.send(&mut stream, &mut expected));
        prop_assert_eq!(in_reads(&stream, &sizes, &stop), expected);
    }

    #[test]
    fn any_bytes_mean_the_same_however_they_are_cut(
        stream in nearly_frames(),
        sizes in vec(1..100usize, 1..8),
        stop in vec(any::<bool>(), 1..8),
    ) {
        let at_once = feed(&mut Decoder::new(LIMIT), &stream);
        prop_assert_eq!(in_reads(&stream, &sizes, &stop), at_once);
    }

    #[test]
    fn an_idle_decoder_holds_nothing(messages in vec(message(), 0..4), sizes in vec(1..700usize, 1..8)) {
        let (mut stream, mut expected) = (Vec::new(), Vec::new());
        messages.iter().for_each(|message| message.send(&mut stream, &mut expected));
        let mut decoder = Decoder::new(LIMIT);
        stream.chunks(sizes[0]).for_each(|part| drop(feed(&mut decoder, part)));
        prop_assert_eq!(decoder.buffered(), 0);
    }
}
