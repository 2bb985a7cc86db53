//! One writing for all receivers of a form, and each reads its own.

use super::*;

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
