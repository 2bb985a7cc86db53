//! Messages from peer to peer at a fixed rate: latency counts from the moment when a message was due, not from when it was
//! sent, so a server that holds up the load does not look better for it.

use std::time::Duration;

use super::rate::schedule;
use super::{Figures, Stage};
use crate::clock;
use crate::meter::Meter;
use crate::results::Figure;
use crate::stats::percentile;

/// Messages sent before anything is measured, in hundredths of a second's.
const WARM_UP: u32 = 10;

/// Fills `rooms` rooms of `members`; then each peer in turn sends to the next of its room, on schedule.
pub(super) fn run(stage: &Stage<'_>, rooms: usize, members: usize) -> crate::Result<Figures> {
    let sizes = stage.sizes();
    let mut crowd = stage.crowd(members)?;
    crowd.join(stage.tickets(rooms * members, members), sizes.at_once)?;
    crowd.begin();
    let interval = Duration::from_secs(1) / sizes.relay_rate;
    for due in schedule(clock::now(), interval, (sizes.relay_rate * WARM_UP / 100) as usize) {
        crowd.run_to(due)?;
        crowd.send()?;
    }
    crowd.settle()?;

    let count = (sizes.relay_rate * sizes.relay_seconds) as usize;
    let meter = Meter::start(stage.server)?;
    let due = schedule(clock::now(), interval, count);
    let first = crowd.sent() + 1;
    crowd.tally().time(first, due.clone(), count);
    for due in due {
        crowd.run_to(due)?;
        crowd.send()?;
    }
    crowd.settle()?;
    let spent = meter.stop(stage.server)?;

    crowd.expect_silence()?;
    let mut times = crowd.tally().take_times();
    let messages = count as f64;
    // The load looks without waiting between messages that are less than a millisecond apart, so its own share says nothing.
    Ok(vec![
        (Figure::CpuMicrosPerMessage, spent.server_us / messages),
        (Figure::UserMicrosPerMessage, spent.server_user_us / messages),
        (Figure::LatencyMedianMillis, f64::from(percentile(&mut times, 0.5)) / 1000.0),
        (Figure::Latency99Millis, f64::from(percentile(&mut times, 0.99)) / 1000.0),
    ])
}
