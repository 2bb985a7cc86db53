//! What one input has at hand, and what it leaves behind.

use vestibule_model::{ChannelKey, Close, Credential, Expiry, Now, UnixSeconds};

use super::Peer;
use crate::centrifuge::codes::ErrorCode;
use crate::centrifuge::rules::Rules;
use crate::centrifuge::wire::{Answer, Batch, ErrorReply, NotJson, Push, Reply};
use crate::contract::{Effect, Output, Outputs, Ticket};
use crate::tickets::Tickets;

/// No token is believed to live longer, in seconds: one year.
const LONGEST_TTL: i64 = 365 * 24 * 3600;

/// One input at work. What it says to the peer is joined and leaves when it ends.
#[derive(Debug)]
pub(super) struct Turn<'t> {
    pub(super) rules: &'t Rules,
    pub(super) peer: Peer,
    pub(super) now: Now,
    tickets: &'t mut Tickets,
    outputs: &'t mut Outputs,
    batch: Batch,
    /// Subscriptions whose reply is in the batch: their publications must not overtake it.
    releases: Vec<ChannelKey>,
}

impl<'t> Turn<'t> {
    pub(super) fn new(
        rules: &'t Rules,
        peer: Peer,
        now: Now,
        tickets: &'t mut Tickets,
        outputs: &'t mut Outputs,
    ) -> Self {
        Self { rules, peer, now, tickets, outputs, batch: Batch::new(peer.encoding), releases: Vec::new() }
    }

    /// Answers a command.
    pub(super) fn answer(&mut self, id: u32, answer: Answer) -> Result<(), NotJson> {
        self.batch.reply(&Reply { id, result: Ok(answer) })
    }

    /// Refuses a command.
    pub(super) fn refuse(&mut self, id: u32, error: ErrorCode) -> Result<(), NotJson> {
        let ErrorCode { code, message, temporary } = error;
        self.batch.reply(&Reply { id, result: Err(ErrorReply { code, message: message.into(), temporary }) })
    }

    /// Tells the peer something unasked; the channel is empty when it is about none.
    pub(super) fn push(&mut self, channel: &str, push: &Push) -> Result<(), NotJson> {
        self.batch.push(channel, push)
    }

    /// Pings the peer, in the way that it wants.
    pub(super) fn ping(&mut self) {
        if self.peer.frame_pings {
            self.outputs.push(Output::Ping);
        } else {
            self.batch.ping();
        }
    }

    /// Lets the publications of a subscription follow the reply that was just said.
    pub(super) fn release(&mut self, channel: &ChannelKey) {
        self.releases.push(channel.clone());
    }

    /// Asks the house for something, after everything that was said before.
    pub(super) fn perform(&mut self, effect: Effect) -> Ticket {
        self.flush();
        let ticket = self.tickets.next();
        self.outputs.push(Output::Perform(ticket, effect));
        ticket
    }

    /// Ends a subscription; one that stands was released before.
    pub(super) fn unsubscribe(&mut self, channel: ChannelKey) {
        if !self.releases.is_empty() {
            self.flush();
        }
        self.outputs.push(Output::Unsubscribe(channel));
    }

    /// Looks after a subscription.
    pub(super) fn tend(&mut self, channel: &ChannelKey) {
        self.outputs.push(Output::Tend(channel.clone()));
    }

    /// The connection goes on with another token.
    pub(super) fn renew(&mut self, credential: Credential) {
        self.outputs.push(Output::Renew(Box::new(credential)));
    }

    /// A subscription goes on with another token.
    pub(super) fn regrant(&mut self, channel: &ChannelKey, credential: Credential) {
        self.outputs.push(Output::Regrant(channel.clone(), Box::new(credential)));
    }

    /// An expiry as it is believed.
    pub(super) fn believed(&self, expires: UnixSeconds) -> UnixSeconds {
        expires.min(UnixSeconds(self.now.unix.0.saturating_add(LONGEST_TTL)))
    }

    /// How many seconds are left until then; `None` when there are none.
    pub(super) fn ttl(&self, expires: UnixSeconds) -> Option<u32> {
        let seconds = self.believed(expires).until(self.now.unix).as_secs();
        u32::try_from(seconds).ok().filter(|seconds| *seconds > 0)
    }

    /// The expiry, if nothing is left until then.
    pub(super) fn over(&self, expires: Option<Expiry>) -> Option<Expiry> {
        expires.filter(|expires| self.ttl(expires.at()).is_none())
    }

    /// Ends the turn.
    pub(super) fn finish(mut self) {
        self.flush();
    }

    /// Ends the turn and the connection; what was held for it is not let go any more.
    pub(super) fn close(mut self, close: Close) {
        self.releases.clear();
        self.flush();
        self.outputs.push(Output::Close(close));
    }

    fn flush(&mut self) {
        while let Some(message) = self.batch.take() {
            self.outputs.push(Output::Send(message));
        }
        for channel in self.releases.drain(..) {
            self.outputs.push(Output::Release(channel));
        }
    }
}
