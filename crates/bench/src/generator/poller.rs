//! Waiting for many sockets at once (epoll), for the generator and for the reference server.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;

use crate::failure::Doing;

/// Sockets looked at in one turn.
const PER_TURN: usize = 1024;

/// What a socket can be waited for.
#[derive(Clone, Copy)]
pub(crate) enum Interest {
    /// It has something to read, or the peer is gone.
    Read,
    /// Likewise, or it takes more bytes again.
    ReadAndWrite,
}

/// A set of sockets, each known by a number of the caller's choice.
pub(crate) struct Poller {
    epoll: OwnedFd,
    events: Vec<Event>,
}

/// One socket that is ready.
#[derive(Clone, Copy)]
pub(crate) struct Ready {
    /// The number given to [`Poller::add`].
    pub(crate) number: u64,
    /// It has something to read, or the peer is gone.
    pub(crate) readable: bool,
    /// It takes bytes.
    pub(crate) writable: bool,
}

impl Poller {
    /// An empty set.
    pub(crate) fn new() -> crate::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC).doing("creating an epoll set")?;
        Ok(Self { epoll, events: Vec::with_capacity(PER_TURN) })
    }

    /// Waits for `socket` to have something to read; it leaves the set when it is closed.
    pub(crate) fn add(&self, socket: impl AsFd, number: u64) -> crate::Result<()> {
        epoll::add(&self.epoll, socket, EventData::new_u64(number), EventFlags::IN)
            .doing("adding to an epoll set")
    }

    /// Changes what `socket` is waited for.
    pub(crate) fn change(&self, socket: impl AsFd, number: u64, interest: Interest) -> crate::Result<()> {
        let flags = match interest {
            Interest::Read => EventFlags::IN,
            Interest::ReadAndWrite => EventFlags::IN | EventFlags::OUT,
        };
        epoll::modify(&self.epoll, socket, EventData::new_u64(number), flags).doing("changing an epoll set")
    }

    /// Waits until a socket is ready or `limit` has passed; returns how many are, for [`Poller::ready`].
    pub(crate) fn wait(&mut self, limit: Option<Duration>) -> crate::Result<usize> {
        let limit = limit.map(|limit| Timespec {
            tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(limit.subsec_nanos()),
        });
        self.events.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut self.events), limit.as_ref()) {
            Ok(count) => Ok(count),
            Err(Errno::INTR) => Ok(0),
            Err(error) => Err(error).doing("waiting for sockets"),
        }
    }

    /// The socket at `position` of the last wait.
    pub(crate) fn ready(&self, position: usize) -> Ready {
        let Event { flags, data, .. } = self.events[position];
        Ready {
            number: data.u64(),
            readable: flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR),
            writable: flags.contains(EventFlags::OUT),
        }
    }
}
