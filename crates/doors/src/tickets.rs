//! How sessions name what they ask the house for.

use crate::contract::Ticket;

/// The tickets of one session, none of which comes twice.
#[derive(Debug, Default)]
pub(crate) struct Tickets(u32);

impl Tickets {
    /// One that names nothing yet.
    pub(crate) fn next(&mut self) -> Ticket {
        self.0 = self.0.wrapping_add(1);
        Ticket(self.0)
    }
}
