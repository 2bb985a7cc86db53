//! What the house says unasked.

use vestibule_model::Close;

use super::{Session, State};
use crate::contract::{Order, Output, Outputs};
use crate::signal::{codes, message};

impl Session {
    pub(super) fn order(&mut self, order: Order, outputs: &mut Outputs) -> Result<(), Close> {
        match order {
            Order::Disconnect(close) => Err(close),
            Order::End(ending) => Err(codes::of(ending)),
            Order::Revoke(_) | Order::Refresh { expired: true, .. } => Err(codes::INVALID_TOKEN),
            Order::Refresh { expires, .. } => {
                self.expires = expires;
                Ok(())
            }
            Order::Drain => {
                if self.state.is_known() {
                    outputs.push(Output::Send(message::reconnect()));
                }
                Err(codes::SHUTDOWN)
            }
            // There are no channels behind this door.
            Order::Subscribe { .. } | Order::Unsubscribe { .. } => Ok(()),
        }
    }
}

impl State {
    /// It is known who the peer is: only such hear more than a code.
    const fn is_known(&self) -> bool {
        !matches!(
            self,
            Self::Waiting | Self::Stranger(_) | Self::Authenticating(_) | Self::Admitting(_) | Self::Closed
        )
    }
}
