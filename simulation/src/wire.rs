//! A connection's two directions, and what can happen to them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::rc::Rc;

use vestibule::worker::Link;

use crate::dice::Dice;

/// A connection as the network has it: bytes on their way down to the client, and up to the worker.
#[derive(Debug)]
pub struct Wire {
    down: RefCell<VecDeque<u8>>,
    up: RefCell<VecDeque<u8>>,
    /// No more bytes than this are on their way down.
    capacity: usize,
    /// The worker has been told that nothing more fits, and not yet that something does again.
    full: Cell<bool>,
    /// The worker wants to be looked at.
    woken: Cell<bool>,
    state: Cell<State>,
    /// Partial writes and sudden fullness; off in the peaceful end of a world.
    faulty: Cell<bool>,
    dice: RefCell<Dice>,
}

/// What has become of a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Bytes pass.
    Whole,
    /// Nothing passes any more, and nobody is told.
    Dead,
    /// It is cut: what is on its way arrives, then both ends see the end.
    Cut,
}

impl Wire {
    /// A wire on which `capacity` bytes can be on their way to the client.
    pub fn new(capacity: usize, faulty: bool, dice: Dice) -> Rc<Self> {
        Rc::new(Self {
            down: RefCell::default(),
            up: RefCell::default(),
            capacity,
            full: Cell::new(false),
            woken: Cell::new(true),
            state: Cell::new(State::Whole),
            faulty: Cell::new(faulty),
            dice: RefCell::new(dice),
        })
    }

    /// What has become of it.
    pub fn state(&self) -> State {
        self.state.get()
    }

    /// From now on it only does what it should.
    pub fn calm(&self) {
        self.faulty.set(false);
    }

    /// Nothing passes any more, and nobody is told.
    pub fn die(&self) {
        if self.state.get() == State::Whole {
            self.state.set(State::Dead);
        }
    }

    /// Cuts it: some of what is on its way is lost, and both ends see the end.
    pub fn cut(&self) {
        if self.state.get() == State::Cut {
            return;
        }
        self.state.set(State::Cut);
        for lane in [&self.down, &self.up] {
            let mut lane = lane.borrow_mut();
            let left = self.dice.borrow_mut().pick(lane.len() + 1);
            lane.truncate(left);
        }
    }

    /// The client hangs up: what it wrote arrives, what it has not read is gone. On a dead wire nobody notices.
    pub fn hang_up(&self) {
        if self.state.get() == State::Whole {
            self.state.set(State::Cut);
            self.down.borrow_mut().clear();
        }
    }

    /// The worker has let go of it: what it wrote arrives, and then the end. On a dead wire nobody notices.
    pub fn let_go(&self) {
        if self.state.get() == State::Whole {
            self.state.set(State::Cut);
        }
    }

    /// The client writes.
    pub fn send_up(&self, bytes: &[u8]) {
        if self.state.get() == State::Whole {
            self.up.borrow_mut().extend(bytes);
        }
    }

    /// The client reads up to `most` bytes; whatever was in the way of the worker's is gone then.
    pub fn take_down(&self, most: usize) -> Vec<u8> {
        if self.state.get() == State::Dead {
            return Vec::new();
        }
        let mut down = self.down.borrow_mut();
        let count = down.len().min(most);
        self.full.set(false);
        down.drain(..count).collect()
    }

    /// Whether the client has read everything and nothing can follow.
    pub fn is_over(&self) -> bool {
        self.state.get() == State::Cut && self.down.borrow().is_empty()
    }

    /// The worker reads up to `most` bytes.
    pub fn take_up(&self, most: usize) -> Vec<u8> {
        let mut up = self.up.borrow_mut();
        let count = up.len().min(most);
        up.drain(..count).collect()
    }

    /// Whether the worker would find bytes, or the end.
    pub fn is_readable(&self) -> bool {
        self.state.get() == State::Cut || !self.up.borrow().is_empty()
    }

    /// Whether the worker may try to write again.
    pub fn is_writable(&self) -> bool {
        !self.full.get() || self.state.get() == State::Cut
    }

    /// Whether the worker wants to be looked at; asked once for each time.
    pub fn take_woken(&self) -> bool {
        self.woken.replace(false)
    }
}

/// The worker's end of a wire.
#[derive(Debug)]
pub struct SimLink(pub Rc<Wire>);

impl Link for SimLink {
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let wire = &self.0;
        if wire.state.get() == State::Cut {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let mut down = wire.down.borrow_mut();
        let mut room = wire.capacity.saturating_sub(down.len());
        if wire.faulty.get() {
            let mut dice = wire.dice.borrow_mut();
            match dice.pick(8) {
                0 => room = 0,
                1 | 2 => room = dice.pick(room + 1),
                _ => {}
            }
        }
        if room == 0 {
            wire.full.set(true);
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let bytes = slices.iter().flat_map(|slice| slice.iter().copied());
        let before = down.len();
        down.extend(bytes.take(room));
        Ok(down.len() - before)
    }

    fn wake(&self) {
        self.0.woken.set(true);
    }

    fn finish(&self) {
        // Said only to peers that break the framing, which these clients do not.
    }
}
