//! What happens when a deadline comes: pings and pongs, the connection's expiry, and the presence tick, which looks
//! after subscriptions.

use vestibule_model::{Close, Moment, UnixSeconds};

use super::open::Open;
use super::profile;
use super::turn::Turn;
use crate::centrifuge::codes::{UnsubscribeCode, disconnect};
use crate::pulse::spread;

/// The presence tick. It exists only while some subscription needs it.
#[derive(Debug, Default)]
pub(super) struct Tick {
    next: Option<Moment>,
    count: u32,
}

impl Open {
    /// The next moment at which something is due.
    pub(super) fn deadline(&self) -> Option<Moment> {
        [self.pings.deadline(), self.expires, self.tick.next].into_iter().flatten().min()
    }

    pub(super) fn look_at_the_clock(&mut self, turn: &mut Turn<'_>) -> Result<(), Close> {
        let now = turn.now.moment;
        self.pings.beat(!self.is_free(), turn)?;
        if self.expires.is_some_and(|expires| expires <= now) {
            return Err(profile::at_expiry(self.voucher.profile));
        }
        if self.tick.next.is_some_and(|next| next <= now) {
            self.tick(turn)?;
        }
        Ok(())
    }

    /// Starts the tick when a subscription needs it, and stops it when none does.
    pub(super) fn arrange_tick(&mut self, turn: &Turn<'_>) {
        let interval = turn.rules.client.presence_update_interval;
        let needed = self.subscriptions.iter().any(|subscription| subscription.needs_tending());
        if !needed || interval.is_zero() {
            self.tick = Tick::default();
        } else if self.tick.next.is_none() {
            // Not the bits that place the first ping.
            let first = spread(interval, turn.peer.jitter.rotate_right(32));
            self.tick.next = Some(turn.now.moment + first);
        }
    }

    fn tick(&mut self, turn: &mut Turn<'_>) -> Result<(), Close> {
        let rules = &turn.rules.client;
        self.tick.count = self.tick.count.wrapping_add(1);
        self.tick.next = Some(turn.now.moment + rules.presence_update_interval);
        let compares = self.tick.compares_positions(turn);
        let mut expired = Vec::new();
        for subscription in self.subscriptions.iter() {
            let overdue = subscription.expires.is_some_and(|expires| is_overdue(expires, turn));
            match (overdue, subscription.presence || (subscription.positioned && compares)) {
                (true, _) if subscription.origin.is_server_side() => {
                    return Err(disconnect::SUBSCRIPTION_EXPIRED);
                }
                (true, _) => expired.push(subscription.channel.clone()),
                (false, true) => turn.tend(&subscription.channel),
                (false, false) => {}
            }
        }
        for channel in expired {
            self.unsubscribe_for(UnsubscribeCode::EXPIRED, channel.name(), turn)?;
        }
        Ok(())
    }
}

impl Tick {
    /// Whether this tick compares positions with the stream: not every one does.
    fn compares_positions(&self, turn: &Turn<'_>) -> bool {
        let rules = &turn.rules.client;
        let interval = rules.presence_update_interval.as_millis().max(1);
        let every = rules.channel_position_check_delay.as_millis().div_ceil(interval).max(1);
        u128::from(self.count) % every == 0
    }
}

fn is_overdue(expires: UnixSeconds, turn: &Turn<'_>) -> bool {
    let delay = i64::try_from(turn.rules.client.expired_sub_close_delay.as_secs()).unwrap_or(i64::MAX);
    turn.now.unix.0 > expires.0.saturating_add(delay)
}
