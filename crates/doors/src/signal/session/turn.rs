//! What one input has at hand.

use vestibule_model::{ClientId, Expiry, UnixSeconds};

use crate::contract::{Effect, Output, Outputs, Ticket};
use crate::room::Call;
use crate::signal::{Rules, message};
use crate::tickets::Tickets;

/// One input at work.
#[derive(Debug)]
pub(super) struct Turn<'t> {
    pub(super) rules: &'t Rules,
    pub(super) client: ClientId,
    pub(super) expires: &'t mut Option<UnixSeconds>,
    pub(super) tickets: &'t mut Tickets,
    pub(super) outputs: &'t mut Outputs,
}

impl Turn<'_> {
    /// Asks the house for something.
    pub(super) fn perform(&mut self, effect: Effect) -> Ticket {
        let ticket = self.tickets.next();
        self.outputs.push(Output::Perform(ticket, effect));
        ticket
    }

    /// Says something in the room.
    pub(super) fn call(&mut self, call: Call) {
        self.outputs.push(Output::Call(call));
    }

    /// Tells one that it is no consumer here.
    pub(super) fn refuse_consumer(&mut self, why: &str) {
        self.outputs.push(Output::Send(message::auth_error(why)));
    }

    /// A token was shown that ends then; the connection ends with the first of its tokens.
    pub(super) fn ends(&mut self, expires: Option<Expiry>) {
        *self.expires = self.expires.iter().copied().chain(expires.map(Expiry::at)).min();
    }

    /// A fresh id, for a peer that has none.
    pub(super) fn spare_id(&self) -> Box<str> {
        self.client.to_string().into()
    }
}
