//! What waits for a peer whose socket is full, or for the end of the turn.
//!
//! Whatever waits together leaves together: one vectored write for everything that a connection was given during
//! one turn of its worker. In the ordinary case that is one shared buffer, which stands in the outbox itself, so a
//! delivery allocates nothing.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use bytes::{Buf, Bytes};

use super::link::Link;

/// So many buffers go into one vectored write. Linux takes 1024; beyond a few dozen nothing is gained.
const SLICES: usize = 64;

/// Bytes on their way to one peer, in order.
#[derive(Default)]
pub struct Outbox {
    first: Option<Bytes>,
    rest: VecDeque<Bytes>,
    bytes: usize,
    /// The first buffer has been written in part: it must be finished, or the peer reads garbage.
    begun: bool,
}

/// What a flush came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flushed {
    /// Nothing waits any more.
    Empty,
    /// The socket is full. `progress`: it took something.
    Blocked {
        /// Whether any byte was taken.
        progress: bool,
    },
}

impl Outbox {
    /// Appends a buffer. True when it is the first one that waits.
    pub fn push(&mut self, bytes: Bytes) -> bool {
        self.bytes += bytes.len();
        if self.first.is_none() {
            self.first = Some(bytes);
            return true;
        }
        self.rest.push_back(bytes);
        false
    }

    /// How many bytes wait. Buffers that are shared between connections count for each.
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Drops what waits, except the buffer that the peer has a part of.
    pub fn abandon(&mut self) {
        self.rest = VecDeque::new();
        if !self.begun {
            self.first = None;
        }
        self.bytes = self.first.as_ref().map_or(0, Bytes::len);
    }

    /// Writes until nothing waits or the socket takes no more.
    ///
    /// # Errors
    /// The link's, other than that it is full.
    pub fn flush(&mut self, link: &impl Link) -> io::Result<Flushed> {
        let mut progress = false;
        while !self.is_empty() {
            match self.write_once(link) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    progress = true;
                    self.consume(written);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Ok(Flushed::Blocked { progress });
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Flushed::Empty)
    }

    fn write_once(&self, link: &impl Link) -> io::Result<usize> {
        let Some(first) = &self.first else { return Ok(0) };
        if self.rest.is_empty() {
            return link.write(&[IoSlice::new(first)]);
        }
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut used = 0;
        for (slice, bytes) in slices.iter_mut().zip(std::iter::once(first).chain(&self.rest)) {
            *slice = IoSlice::new(bytes);
            used += 1;
        }
        link.write(&slices[..used])
    }

    fn consume(&mut self, mut written: usize) {
        self.bytes -= written;
        while let Some(first) = &mut self.first {
            if written < first.len() {
                first.advance(written);
                self.begun |= written > 0;
                return;
            }
            written -= first.len();
            self.begun = false;
            self.first = self.rest.pop_front();
        }
        // A queue was needed once; an idle connection keeps none.
        self.rest = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Takes `room` bytes in all.
    struct Pipe {
        room: RefCell<usize>,
        taken: RefCell<Vec<u8>>,
        writes: RefCell<usize>,
    }

    impl Pipe {
        fn with_room(room: usize) -> Self {
            Self { room: RefCell::new(room), taken: RefCell::default(), writes: RefCell::default() }
        }
    }

    impl Link for Pipe {
        fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
            *self.writes.borrow_mut() += 1;
            let mut room = self.room.borrow_mut();
            if *room == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let mut count = 0;
            for slice in slices {
                let take = slice.len().min(*room);
                self.taken.borrow_mut().extend_from_slice(&slice[..take]);
                *room -= take;
                count += take;
            }
            Ok(count)
        }

        fn wake(&self) {}

        fn finish(&self) {}
    }

    fn outbox(buffers: &[&'static [u8]]) -> Outbox {
        let mut outbox = Outbox::default();
        for buffer in buffers {
            outbox.push(Bytes::from_static(buffer));
        }
        outbox
    }

    #[test]
    fn eight_waiting_messages_leave_in_one_write() {
        let pipe = Pipe::with_room(1000);
        let mut outbox = outbox(&[&b"one"[..]; 8]);
        assert_eq!(outbox.flush(&pipe).unwrap(), Flushed::Empty);
        assert_eq!(*pipe.writes.borrow(), 1);
        assert_eq!(pipe.taken.borrow().len(), 24);
        assert_eq!(outbox.len(), 0);
    }

    #[test]
    fn a_full_socket_keeps_the_rest_in_order() {
        let pipe = Pipe::with_room(5);
        let mut outbox = outbox(&[b"abc", b"def", b"ghi"]);
        assert_eq!(outbox.flush(&pipe).unwrap(), Flushed::Blocked { progress: true });
        assert_eq!(outbox.len(), 4);
        assert_eq!(outbox.flush(&pipe).unwrap(), Flushed::Blocked { progress: false });
        *pipe.room.borrow_mut() = 100;
        assert_eq!(outbox.flush(&pipe).unwrap(), Flushed::Empty);
        assert_eq!(&pipe.taken.borrow()[..], b"abcdefghi");
    }

    #[test]
    fn abandoning_finishes_the_buffer_that_the_peer_has_a_part_of() {
        let pipe = Pipe::with_room(1);
        let mut outbox = outbox(&[b"abc", b"def"]);
        outbox.flush(&pipe).unwrap();
        outbox.abandon();
        *pipe.room.borrow_mut() = 100;
        outbox.flush(&pipe).unwrap();
        assert_eq!(&pipe.taken.borrow()[..], b"abc");
    }

    #[test]
    fn abandoning_drops_a_buffer_of_which_the_peer_has_nothing() {
        let mut outbox = outbox(&[b"abc", b"def"]);
        outbox.abandon();
        assert!(outbox.is_empty());
        assert_eq!(outbox.len(), 0);
    }
}
