//! The load: thousands of receivers and a few publishers, on one thread.
//!
//! It speaks to the server as clients do, and checks everything that it gets: each publication byte by byte, once, in
//! order, at every receiver. It knows how a server is spoken to, not what is measured: that is [`crate::scenario`].
//!
//! In reading order: [`receiver`] a client's connection; [`centrifuge`] its protocol; [`wire`] WebSocket frames;
//! [`upgrade`] how they begin; [`sequence`] and [`payload`] the proof of delivery; [`publisher`] the HTTP API. The load of
//! signaling servers is [`signal`]'s.

use std::time::{Duration, Instant};

use crate::clock;
use crate::failure::Failure;
use crate::generator::address::Addresses;
use crate::generator::centrifuge::Encoding;
use crate::generator::payload::Payload;
use crate::generator::poller::Poller;
use crate::generator::publisher::{Api, Publisher};
use crate::generator::receiver::{Receiver, Script};
use crate::generator::tally::Tally;

mod address;
pub(crate) mod centrifuge;
pub(crate) mod payload;
pub(crate) mod poller;
mod publisher;
mod receiver;
mod sequence;
pub(crate) mod signal;
mod tally;
pub(crate) mod upgrade;
pub(crate) mod wire;

/// How long nothing may come from the server while something is due.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to listen, after everything has arrived, for publications that come a second time.
const SILENCE: Duration = Duration::from_millis(50);
/// Bytes read at once; holds several hundred publications.
const READ_BUFFER: usize = 64 * 1024;
/// Publishers are numbered from here, receivers from zero.
const PUBLISHERS: u64 = 1 << 32;

/// The server to load, and how to speak to it.
pub(crate) struct Target<'a> {
    /// Its port on 127.0.0.1.
    pub(crate) port: u16,
    /// The path of its WebSocket endpoint.
    pub(crate) path: &'a str,
    /// The key of its HTTP API.
    pub(crate) api_key: &'a str,
    /// How commands and replies are written.
    pub(crate) encoding: Encoding,
    /// The channel that is published to.
    pub(crate) channel: &'a str,
    /// Whether receivers subscribe to the channel.
    pub(crate) subscribe: bool,
}

/// Receivers, publishers, and what they have seen.
pub(crate) struct Generator {
    port: u16,
    script: Script,
    api: Api,
    poller: Poller,
    addresses: Addresses,
    receivers: Vec<Receiver>,
    tokens: Vec<String>,
    publishers: Vec<Publisher>,
    buffer: Vec<u8>,
    published: u64,
    answers: u64,
    tally: Tally,
}

impl Generator {
    /// A generator without connections; `dice` makes this run's addresses and payloads its own.
    pub(crate) fn new(target: &Target<'_>, dice: u64) -> crate::Result<Self> {
        Ok(Self {
            port: target.port,
            script: Script {
                encoding: target.encoding,
                upgrade: upgrade::request(target.path, Some(target.encoding.subprotocol())),
                channel: target.subscribe.then(|| target.channel.to_owned()),
                payload: Payload::new(dice),
            },
            api: Api { key: target.api_key.to_owned(), channel: target.channel.to_owned() },
            poller: Poller::new()?,
            addresses: Addresses::new(dice),
            receivers: Vec::new(),
            tokens: Vec::new(),
            publishers: Vec::new(),
            buffer: vec![0; READ_BUFFER],
            published: 0,
            answers: 0,
            tally: Tally::default(),
        })
    }

    /// Connects one receiver for each token, at most `at_once` of them unfinished at any time.
    pub(crate) fn connect(&mut self, tokens: Vec<String>, at_once: usize) -> crate::Result<()> {
        let wanted = self.receivers.len() + tokens.len();
        self.tokens.extend(tokens);
        self.receivers.reserve(wanted);
        while self.receivers.len() < wanted {
            let stream = self.addresses.open(self.port)?;
            let receiver = Receiver::begin(stream, &self.script)?;
            self.poller.add(receiver.socket(), self.receivers.len() as u64)?;
            self.receivers.push(receiver);
            let begun = self.receivers.len();
            self.run_until("connect", |generator| begun - generator.tally.ready < at_once)?;
        }
        self.run_until("connect", |generator| generator.tally.ready == wanted)
    }

    /// Opens `count` connections to the HTTP API.
    pub(crate) fn open_publishers(&mut self, count: usize) -> crate::Result<()> {
        for _ in 0..count {
            let publisher = Publisher::new(self.addresses.open(self.port)?);
            self.poller.add(publisher.socket(), PUBLISHERS + self.publishers.len() as u64)?;
            self.publishers.push(publisher);
        }
        Ok(())
    }

    /// Hands the next publication to the server through publisher number `publisher`, without waiting.
    pub(crate) fn publish(&mut self, publisher: usize) -> crate::Result<()> {
        self.published += 1;
        let request = self.api.publish(&self.script.payload.render(self.published));
        self.publishers[publisher].send(&request, 1)
    }

    /// Hands the next `count` publications over as that many requests in one write.
    pub(crate) fn publish_pipelined(&mut self, count: usize) -> crate::Result<()> {
        let requests: Vec<u8> =
            self.next_payloads(count).iter().flat_map(|data| self.api.publish(data)).collect();
        self.publishers[0].send(&requests, count)
    }

    /// Hands the next `count` publications over as one request of the batch API.
    pub(crate) fn publish_batch(&mut self, count: usize) -> crate::Result<()> {
        let payloads = self.next_payloads(count);
        let request = self.api.batch(payloads.iter().map(String::as_str));
        self.publishers[0].send(&request, 1)
    }

    fn next_payloads(&mut self, count: usize) -> Vec<String> {
        let first = self.published + 1;
        self.published += count as u64;
        (first..=self.published).map(|number| self.script.payload.render(number)).collect()
    }

    /// Works until every receiver has every publication and every request has its answer.
    pub(crate) fn settle(&mut self) -> crate::Result<()> {
        self.run_until("deliver", |generator| {
            generator.tally.deliveries == generator.due_deliveries()
                && generator.publishers.iter().all(|publisher| publisher.unanswered() == 0)
        })
    }

    /// Listens a little longer once everything has arrived: a publication that comes again is a [`Failure::Server`].
    pub(crate) fn expect_silence(&mut self) -> crate::Result<()> {
        self.run_to(clock::now() + SILENCE)
    }

    /// Works until `done` says so; a server from which nothing comes for ten seconds has failed to do `what`.
    pub(crate) fn run_until(&mut self, what: &str, done: impl Fn(&Self) -> bool) -> crate::Result<()> {
        let mut last_sign = clock::now();
        while !done(self) {
            if self.turn(Some(PATIENCE))? > 0 {
                last_sign = clock::now();
            } else if last_sign.elapsed() >= PATIENCE {
                return Err(self.stalled(what));
            }
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
            self.turn(Some(Duration::from_millis(whole_milliseconds)))?;
        }
    }

    /// Waits at most `limit` and reads from each socket that has something; returns how many had.
    fn turn(&mut self, limit: Option<Duration>) -> crate::Result<usize> {
        let count = self.poller.wait(limit)?;
        for position in 0..count {
            let number = self.poller.ready(position).number;
            if let Some(publisher) = number.checked_sub(PUBLISHERS) {
                let publisher = &mut self.publishers[publisher as usize];
                self.answers += publisher.read(&mut self.buffer)? as u64;
            } else {
                let number = number as usize;
                self.receivers[number]
                    .read(&mut self.buffer, &self.script, &self.tokens[number], &mut self.tally)
                    .map_err(|failure| at_receiver(number, failure))?;
            }
        }
        Ok(count)
    }

    fn stalled(&self, what: &str) -> Failure {
        let (ready, all) = (self.tally.ready, self.receivers.len());
        let due = self.published;
        let behind = self.receivers.iter().position(|receiver| receiver.is_ready() && receiver.seen() < due);
        let lost = behind.map_or_else(String::new, |number| {
            format!("; connection {number} has {} of {due} publications", self.receivers[number].seen())
        });
        let unanswered: usize = self.publishers.iter().map(Publisher::unanswered).sum();
        Failure::Server(format!(
            "nothing came for {PATIENCE:?} while it had to {what}: {ready} of {all} clients are ready, \
             {unanswered} requests have no answer{lost}"
        ))
    }

    /// How many deliveries there are when everyone has everything.
    fn due_deliveries(&self) -> u64 {
        if self.script.channel.is_some() { self.published * self.receivers.len() as u64 } else { 0 }
    }

    /// How many publications were handed to the server.
    pub(crate) fn published(&self) -> u64 {
        self.published
    }

    /// How many publications, on average, have not yet arrived.
    pub(crate) fn outstanding(&self) -> u64 {
        (self.due_deliveries() - self.tally.deliveries).div_ceil(self.receivers.len().max(1) as u64)
    }

    /// How many requests were answered.
    pub(crate) fn answers(&self) -> u64 {
        self.answers
    }

    /// A publisher whose last request was answered.
    pub(crate) fn free_publisher(&self) -> Option<usize> {
        self.publishers.iter().position(|publisher| publisher.unanswered() == 0)
    }

    /// What all receivers have seen.
    pub(crate) fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }
}

fn at_receiver(number: usize, failure: Failure) -> Failure {
    match failure {
        Failure::Server(what) => Failure::Server(format!("connection {number}: {what}")),
        other @ (Failure::Operator(_) | Failure::Machine { .. }) => other,
    }
}
