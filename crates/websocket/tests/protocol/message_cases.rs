//! Lengths, limits, fragments, UTF-8.

use vestibule_websocket::Opcode::{Binary, Continuation, Ping, Pong, Text};
use vestibule_websocket::{Decoder, Violation};

use crate::record::{LIMIT, Recorded, events, feed, frame, ping, pong, text};

fn violation(violation: Violation) -> Recorded {
    Recorded::Violation(violation)
}

#[test]
fn messages_of_every_form_of_length_arrive_whole() {
    for length in [0, 1, 125, 126, 127, 128, 65535, 65536] {
        let payload = vec![b'*'; length];
        assert_eq!(events(&frame(true, Text, &payload)), [Recorded::Text(payload.clone())], "{length}");
        assert_eq!(events(&frame(true, Binary, &payload)), [Recorded::Binary(payload)], "{length}");
    }
}

#[test]
fn a_message_of_exactly_the_limit_passes_and_one_more_byte_is_too_big() {
    for opcode in [Text, Binary] {
        let mut decoder = Decoder::new(1000);
        assert_eq!(feed(&mut decoder, &frame(true, opcode, [b'a'; 1000])).len(), 1);
        assert_eq!(feed(&mut decoder, &frame(true, opcode, [b'a'; 1001])), [violation(Violation::TooBig)]);
    }
}

#[test]
fn a_message_over_the_limit_is_refused_by_its_header_alone() {
    let huge = [&[0x82, 0xFF][..], &(1u64 << 40).to_be_bytes(), &[1, 2, 3, 4]].concat();
    let mut decoder = Decoder::new(LIMIT);
    assert_eq!(feed(&mut decoder, &huge), [violation(Violation::TooBig)]);
    assert_eq!(decoder.buffered(), 0);

    let just_over = frame(true, Binary, [0; 1001]);
    assert_eq!(feed(&mut Decoder::new(1000), &just_over[..8]), [violation(Violation::TooBig)]);
}

#[test]
fn the_limit_holds_for_the_sum_of_the_fragments() {
    let mut decoder = Decoder::new(1000);
    let exactly = [
        frame(false, Binary, [1; 400]),
        frame(false, Continuation, [2; 599]),
        frame(true, Continuation, [3]),
    ];
    assert_eq!(feed(&mut decoder, &exactly.concat()).len(), 1);
    let over = [
        frame(false, Binary, [1; 400]),
        frame(false, Continuation, [2; 600]),
        frame(true, Continuation, [3]),
    ];
    assert_eq!(feed(&mut decoder, &over.concat()), [violation(Violation::TooBig)]);
}

#[test]
fn a_header_reserves_nothing_for_what_it_announces() {
    let mut decoder = Decoder::new(1 << 30);
    let announced = [&[0x82, 0xFF][..], &(1u64 << 30).to_be_bytes(), &[1, 2, 3, 4], &[0; 100]].concat();
    assert_eq!(feed(&mut decoder, &announced), []);
    assert!(decoder.buffered() < 600, "{} bytes", decoder.buffered());
}

#[test]
fn what_is_held_stays_within_the_limit_however_a_message_arrives() {
    let bound = LIMIT as usize + 300;
    let whole = frame(true, Binary, vec![7; LIMIT as usize]);
    let fragment = frame(false, Continuation, [7; 3]);
    let fragments = [frame(false, Binary, [7]), fragment.repeat(LIMIT as usize / 3 - 1)].concat();
    for stream in [whole, fragments] {
        let mut decoder = Decoder::new(LIMIT);
        for part in stream.chunks(97) {
            feed(&mut decoder, part);
            assert!(decoder.buffered() <= bound, "{} bytes", decoder.buffered());
        }
    }
}

#[test]
fn a_length_in_more_bytes_than_needed_is_refused() {
    let in_two = [0x81, 0xFE, 0, 5, 0, 0, 0, 0, b'H', b'e', b'l', b'l', b'o'];
    assert_eq!(events(&in_two), [violation(Violation::LengthEncoding)]);
    let in_eight = [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 0];
    assert_eq!(events(&in_eight), [violation(Violation::LengthEncoding)]);
}

#[test]
fn fragments_are_one_message_and_control_frames_may_stand_between_them() {
    let stream = [
        frame(false, Text, "frag"),
        frame(true, Ping, "between"),
        frame(false, Continuation, ""),
        frame(true, Pong, "too"),
        frame(true, Continuation, "ment"),
        frame(true, Text, "next"),
    ];
    assert_eq!(events(&stream.concat()), [ping("between"), pong("too"), text("fragment"), text("next")]);
}

#[test]
fn empty_fragments_make_an_empty_message() {
    let stream = [frame(false, Text, ""), frame(false, Continuation, ""), frame(true, Continuation, "")];
    assert_eq!(events(&stream.concat()), [text("")]);
}

#[test]
fn a_continuation_needs_something_to_continue() {
    for fin in [true, false] {
        assert_eq!(events(&frame(fin, Continuation, "alone")), [violation(Violation::NothingToContinue)]);
        let after_whole = [frame(true, Text, "whole"), frame(fin, Continuation, "more")].concat();
        assert_eq!(events(&after_whole), [text("whole"), violation(Violation::NothingToContinue)]);
    }
}

#[test]
fn a_message_ends_before_the_next_begins() {
    for opcode in [Text, Binary] {
        let stream = [frame(false, Text, "open"), frame(true, opcode, "other")].concat();
        assert_eq!(events(&stream), [violation(Violation::MessageNotEnded)]);
    }
}

#[test]
fn a_character_may_be_cut_between_fragments_and_reads() {
    let whole = "κόσμε, Grüße, 日本語, 🎈";
    let bytes = whole.as_bytes();
    for cut in 0..=bytes.len() {
        let stream = [
            frame(false, Text, &bytes[..cut]),
            frame(true, Ping, ""),
            frame(true, Continuation, &bytes[cut..]),
        ];
        assert_eq!(events(&stream.concat()), [ping(""), text(whole)], "cut at {cut}");
    }
}

#[test]
fn bytes_that_are_not_utf_8_end_a_text_but_not_a_binary_message() {
    let faults: [&[u8]; 12] = [
        b"\x80",                 // a continuation byte alone
        b"\xC0\xAF",             // overlong
        b"\xE0\x80\xAF",         // overlong
        b"\xF0\x82\x82\xAC",     // overlong
        b"\xED\xA0\x80",         // a surrogate
        b"\xED\xBF\xBF",         // a surrogate
        b"\xF4\x90\x80\x80",     // beyond the last character
        b"\xF8\x88\x80\x80\x80", // five bytes
        b"\xFE",
        b"\xFF",
        b"\xCE",         // cut at the end of the message
        b"\xF0\x9F\x8E", // cut at the end of the message
    ];
    for fault in faults {
        let payload = ["κόσμε".as_bytes(), fault].concat();
        assert_eq!(events(&frame(true, Text, &payload)), [violation(Violation::TextNotUtf8)], "{fault:x?}");
        let in_parts = [frame(false, Text, &payload[..3]), frame(true, Continuation, &payload[3..])].concat();
        assert_eq!(events(&in_parts), [violation(Violation::TextNotUtf8)], "{fault:x?}");
        assert_eq!(events(&frame(true, Binary, &payload)), [Recorded::Binary(payload)]);
    }
}

#[test]
fn a_bad_byte_is_found_as_soon_as_it_arrives() {
    // The byte after F4 makes it a character beyond the last; the frame goes on for long.
    let payload = ["κόσμε".as_bytes(), b"\xF4\x90", &[b'x'; 500]].concat();
    let stream = frame(true, Text, &payload);
    let bad = stream.len() - 501;
    let mut decoder = Decoder::new(LIMIT);
    assert_eq!(feed(&mut decoder, &stream[..bad]), []);
    assert_eq!(feed(&mut decoder, &stream[bad..=bad]), [violation(Violation::TextNotUtf8)]);
    assert_eq!(decoder.buffered(), 0);

    let open = frame(false, Text, b"\xED\xA0");
    assert_eq!(feed(&mut Decoder::new(LIMIT), &open), [violation(Violation::TextNotUtf8)]);
}

#[test]
fn a_megabyte_in_ten_byte_fragments_and_reads_of_any_size_is_one_message() {
    let payload: Vec<u8> = (0u32..1_000_000).map(|at| (at % 251) as u8).collect();
    let mut parts = payload.chunks(10);
    let mut stream = frame(false, Binary, parts.next().unwrap());
    parts.for_each(|part| stream.extend(frame(false, Continuation, part)));
    stream.extend(frame(true, Continuation, ""));
    let mut decoder = Decoder::new(1_000_000);
    let events: Vec<_> = stream.chunks(4096).flat_map(|part| feed(&mut decoder, part)).collect();
    assert!(events == [Recorded::Binary(payload)]);
    assert_eq!(decoder.buffered(), 0);
}
