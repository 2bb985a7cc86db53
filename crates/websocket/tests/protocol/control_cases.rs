//! Pings and pongs, reserved bits and opcodes, closing.

use vestibule_websocket::Opcode::{Binary, Close, Continuation, Ping, Pong, Text};
use vestibule_websocket::{Decoder, Violation, client};

use crate::record::{KEY, LIMIT, Recorded, events, feed, frame, ping, pong, text};

fn violation(violation: Violation) -> Recorded {
    Recorded::Violation(violation)
}

#[test]
fn pings_of_zero_to_125_bytes_arrive_with_their_payload() {
    for length in [0, 1, 5, 124, 125] {
        let payload = vec![0xFE; length];
        assert_eq!(events(&frame(true, Ping, &payload)), [Recorded::Ping(payload)]);
    }
}

#[test]
fn a_control_frame_of_126_bytes_is_refused_by_its_header_alone() {
    for opcode in [Ping, Pong, Close] {
        let stream = frame(true, opcode, [0; 126]);
        assert_eq!(feed(&mut Decoder::new(LIMIT), &stream[..2]), [violation(Violation::LongControl)]);
        assert_eq!(events(&stream), [violation(Violation::LongControl)]);
    }
}

#[test]
fn pongs_that_nobody_asked_for_are_let_through_between_pings() {
    let stream =
        [frame(true, Pong, "unasked"), frame(true, Ping, "1"), frame(true, Pong, ""), frame(true, Ping, "2")];
    assert_eq!(events(&stream.concat()), [pong("unasked"), ping("1"), pong(""), ping("2")]);
}

#[test]
fn many_pings_in_one_read_are_many_events() {
    let stream: Vec<u8> = (0..100).flat_map(|number: u32| frame(true, Ping, number.to_string())).collect();
    let expected: Vec<_> = (0..100).map(|number: u32| ping(&number.to_string())).collect();
    assert_eq!(events(&stream), expected);
}

#[test]
fn any_reserved_bit_ends_the_connection_after_what_came_before() {
    for bits in 1..8 {
        for opcode in [Text, Binary, Ping, Close] {
            let mut bad = frame(true, opcode, "Hello");
            bad[0] |= bits << 4;
            let stream = [frame(true, Text, "before"), bad, frame(true, Ping, "after")].concat();
            assert_eq!(events(&stream), [text("before"), violation(Violation::ReservedBits)]);
        }
    }
}

#[test]
fn every_reserved_opcode_ends_the_connection_after_what_came_before() {
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        let mut bad = frame(true, Text, "Hello");
        bad[0] = 0x80 | opcode;
        let stream = [frame(true, Text, "before"), bad, frame(true, Ping, "after")].concat();
        assert_eq!(events(&stream), [text("before"), violation(Violation::ReservedOpcode)]);
    }
}

#[test]
fn control_frames_come_in_one_piece() {
    for opcode in [Ping, Pong, Close] {
        let stream = [frame(false, opcode, "part"), frame(true, Continuation, "rest")].concat();
        assert_eq!(events(&stream), [violation(Violation::FragmentedControl)]);
    }
}

#[test]
fn a_client_must_mask_every_frame() {
    for opcode in [Text, Binary, Ping, Pong, Close] {
        let stream = [&frame(true, Text, "before")[..], &[0x80 | opcode as u8, 0]].concat();
        assert_eq!(events(&stream), [text("before"), violation(Violation::Unmasked)]);
    }
}

#[test]
fn a_mask_of_zeros_is_a_mask() {
    assert_eq!(events(&client::text(b"plain to see", [0; 4])), [text("plain to see")]);
}

#[test]
fn a_close_may_be_empty_or_carry_a_code_or_a_reason_too() {
    assert_eq!(events(&frame(true, Close, "")), [Recorded::Close(None, String::new())]);
    assert_eq!(events(&client::close(Some(1000), "", KEY)), [Recorded::Close(Some(1000), String::new())]);
    assert_eq!(
        events(&client::close(Some(4999), "Grüße", KEY)),
        [Recorded::Close(Some(4999), "Grüße".into())]
    );
    let longest = "r".repeat(123);
    assert_eq!(events(&client::close(Some(3000), &longest, KEY)), [Recorded::Close(Some(3000), longest)]);
}

#[test]
fn a_close_of_one_byte_is_half_a_code() {
    assert_eq!(events(&frame(true, Close, [3])), [violation(Violation::ShortClose)]);
}

#[test]
fn the_codes_that_may_be_sent_are_told_from_those_that_may_not() {
    for code in
        [1000u16, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
    {
        assert_eq!(
            events(&frame(true, Close, code.to_be_bytes())),
            [Recorded::Close(Some(code), String::new())]
        );
    }
    for code in [0u16, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] {
        assert_eq!(
            events(&frame(true, Close, code.to_be_bytes())),
            [violation(Violation::CloseCode)],
            "{code}"
        );
    }
}

#[test]
fn a_reason_must_be_utf_8() {
    let payload = [&1000u16.to_be_bytes()[..], b"\xCE\xBA\xE1\xBD\xB9\xED\xA0\x80"].concat();
    assert_eq!(events(&frame(true, Close, payload)), [violation(Violation::ReasonNotUtf8)]);
}

#[test]
fn nothing_after_a_close_is_an_event() {
    for after in [Text, Ping, Close] {
        let stream = [client::close(Some(1000), "", KEY), frame(true, after, "more"), vec![0xFF; 9]].concat();
        assert_eq!(events(&stream), [Recorded::Close(Some(1000), String::new())]);
    }
}

#[test]
fn a_close_inside_a_fragmented_message_ends_both() {
    let stream =
        [frame(false, Text, "never"), client::close(Some(1001), "", KEY), frame(true, Continuation, "whole")];
    assert_eq!(events(&stream.concat()), [Recorded::Close(Some(1001), String::new())]);
}

#[test]
fn each_violation_closes_with_its_code() {
    use Violation::*;
    let of_code = |code| move |violation: &Violation| violation.code() == code;
    let protocol =
        [ReservedBits, ReservedOpcode, FragmentedControl, LongControl, Unmasked, Masked, LengthEncoding];
    let order = [NothingToContinue, MessageNotEnded, ShortClose, CloseCode];
    assert!(protocol.iter().chain(&order).all(of_code(1002)));
    assert!([TextNotUtf8, ReasonNotUtf8].iter().all(of_code(1007)));
    assert!([TooBig].iter().all(of_code(1009)));
}
