//! The seam between a worker and a peer's socket.

use std::io::{self, IoSlice};

/// Where a connection's bytes go. A socket in the house, a faulty pipe in a simulated world.
pub trait Link {
    /// Writes what the peer can take now; never waits.
    ///
    /// # Errors
    /// `WouldBlock` when the peer takes nothing now. Anything else ends the connection.
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize>;

    /// What the connection waits for has changed: whoever moves this link has to look at
    /// [`Worker::wants`](super::Worker::wants) again.
    fn wake(&self);

    /// Nothing more will be written: tell the peer so.
    fn finish(&self);
}
