//! The load of a signaling server: thousands of peers that join rooms and send messages to each other, on one thread.
//!
//! Each message is numbered and goes from one peer to the next of its room, round and round; each peer knows which number
//! is due, so that a loss, a doubling, a change or a wrong receiver is noticed with the message that shows it.
//!
//! [`dialect`] is how a server is spoken to, [`peer`] one connection.

use std::time::{Duration, Instant};

use super::address::Addresses;
use super::payload::Payload;
use super::poller::Poller;
use super::tally::Tally;
use super::{PATIENCE, READ_BUFFER, SILENCE};
use crate::clock;
use crate::failure::Failure;
pub(crate) use dialect::Dialect;
use peer::Peer;

mod dialect;
mod peer;

/// Peers in a room, unless there is only one room.
pub(crate) const ROOM: usize = 10;

/// Where a peer belongs and what lets it in.
pub(crate) struct Ticket {
    pub(crate) room: String,
    pub(crate) token: String,
}

/// Peers, in rooms of equal size, and what they have seen.
pub(crate) struct Crowd {
    port: u16,
    dialect: Dialect,
    members: usize,
    poller: Poller,
    addresses: Addresses,
    peers: Vec<Peer>,
    payload: Payload,
    buffer: Vec<u8>,
    sent: u64,
    beats: u64,
    tally: Tally,
}

impl Crowd {
    /// A crowd without peers, for rooms of `members`; `dice` makes this run's addresses and payloads its own.
    pub(crate) fn new(port: u16, dialect: Dialect, members: usize, dice: u64) -> crate::Result<Self> {
        Ok(Self {
            port,
            dialect,
            members,
            poller: Poller::new()?,
            addresses: Addresses::new(dice),
            peers: Vec::new(),
            payload: Payload::new(dice),
            buffer: vec![0; READ_BUFFER],
            sent: 0,
            beats: 0,
            tally: Tally::default(),
        })
    }

    /// Connects one peer for each ticket, at most `at_once` of them unfinished at any time. Tickets of one room follow each
    /// other.
    pub(crate) fn join(&mut self, tickets: Vec<Ticket>, at_once: usize) -> crate::Result<()> {
        let wanted = self.peers.len() + tickets.len();
        for ticket in tickets {
            let number = self.peers.len();
            let stream = self.addresses.open(self.port)?;
            let peer = Peer::begin(stream, self.dialect, &id(number), &ticket)?;
            self.poller.add(peer.socket(), number as u64)?;
            self.peers.push(peer);
            let begun = self.peers.len();
            self.run_until("let peers in", |crowd| begun - crowd.tally.ready < at_once)?;
        }
        self.run_until("let peers in", |crowd| crowd.tally.ready == wanted)
    }

    /// Begins a stretch: from now on every peer knows which message is its next.
    pub(crate) fn begin(&mut self) {
        let all = self.peers.len() as u64;
        for sender in 0..self.peers.len() {
            let receiver = self.neighbour(sender);
            self.peers[receiver].expect(self.sent + 1 + sender as u64, all);
        }
    }

    /// Sends the next message: each peer in turn, to its neighbour.
    pub(crate) fn send(&mut self) -> crate::Result<()> {
        let sender = usize::try_from(self.sent).unwrap_or(usize::MAX) % self.peers.len();
        self.sent += 1;
        let receiver = self.neighbour(sender);
        let message = self.dialect.message(&id(receiver), &self.payload.render(self.sent));
        self.peers[sender].say(&message)
    }

    /// Works until every message has arrived.
    pub(crate) fn settle(&mut self) -> crate::Result<()> {
        self.run_until("relay", |crowd| crowd.tally.deliveries == crowd.sent)
    }

    /// Listens a little longer once everything has arrived: a message that comes again is a [`Failure::Server`].
    pub(crate) fn expect_silence(&mut self) -> crate::Result<()> {
        self.run_to(clock::now() + SILENCE)
    }

    /// Does what the server's clients do while nothing happens, until `moment`.
    pub(crate) fn stay_until(&mut self, moment: Instant) -> crate::Result<()> {
        let Some(interval) = self.dialect.heartbeat() else { return self.run_to(moment) };
        let step = interval / u32::try_from(self.peers.len().max(1)).unwrap_or(u32::MAX);
        let mut due = clock::now();
        while due < moment {
            let turn = usize::try_from(self.beats).unwrap_or(usize::MAX) % self.peers.len();
            self.beats += 1;
            self.peers[turn].say(Dialect::HEARTBEAT)?;
            due += step;
            self.run_to(due)?;
        }
        Ok(())
    }

    /// Works until `moment`, then returns at once; wakes to the microsecond by looking without waiting at the end.
    pub(crate) fn run_to(&mut self, moment: Instant) -> crate::Result<()> {
        loop {
            let left = moment.saturating_duration_since(clock::now());
            if left.is_zero() {
                return Ok(());
            }
            let whole_milliseconds = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
            self.turn(Duration::from_millis(whole_milliseconds))?;
        }
    }

    /// How many messages were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// What all peers have seen; a relayed message is a delivery.
    pub(crate) fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }

    /// The next peer of the same room.
    fn neighbour(&self, number: usize) -> usize {
        let first = number / self.members * self.members;
        let members = self.members.min(self.peers.len() - first);
        first + (number - first + 1) % members
    }

    fn run_until(&mut self, what: &str, done: impl Fn(&Self) -> bool) -> crate::Result<()> {
        let mut last_sign = clock::now();
        while !done(self) {
            if self.turn(PATIENCE)? > 0 {
                last_sign = clock::now();
            } else if last_sign.elapsed() >= PATIENCE {
                return Err(self.stalled(what));
            }
        }
        Ok(())
    }

    fn turn(&mut self, limit: Duration) -> crate::Result<usize> {
        let count = self.poller.wait(Some(limit))?;
        for position in 0..count {
            let number = usize::try_from(self.poller.ready(position).number).unwrap_or(usize::MAX);
            self.peers[number]
                .read(&mut self.buffer, self.dialect, &self.payload, &mut self.tally)
                .map_err(|failure| super::at_receiver(number, failure))?;
        }
        Ok(count)
    }

    fn stalled(&self, what: &str) -> Failure {
        let (ready, all) = (self.tally.ready, self.peers.len());
        let (came, sent) = (self.tally.deliveries, self.sent);
        Failure::Server(format!(
            "nothing came for {PATIENCE:?} while it had to {what}: {ready} of {all} peers are in, {came} of {sent} \
             messages have arrived"
        ))
    }
}

/// The id of a peer; all are equally long.
fn id(number: usize) -> String {
    format!("peer-{number:06}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(members: usize, peers: usize) -> Vec<usize> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut crowd = Crowd::new(port, Dialect::Door, members, 1).unwrap();
        for number in 0..peers {
            let stream = crowd.addresses.open(port).unwrap();
            let ticket = Ticket { room: String::new(), token: String::new() };
            crowd.peers.push(Peer::begin(stream, Dialect::Door, &id(number), &ticket).unwrap());
        }
        (0..peers).map(|number| crowd.neighbour(number)).collect()
    }

    #[test]
    fn everybody_hears_from_one_peer_of_his_own_room() {
        assert_eq!(crowd(3, 6), [1, 2, 0, 4, 5, 3]);
        assert_eq!(crowd(4, 6), [1, 2, 3, 0, 5, 4]);
    }
}
