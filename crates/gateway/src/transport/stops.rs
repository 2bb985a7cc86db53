//! How a house ends.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The ends of a house, each of which is for ever.
#[derive(Clone, Default)]
pub struct Stops {
    /// No more connections are taken in.
    pub closing: CancellationToken,
    /// The threads end.
    pub ending: CancellationToken,
    /// A worker has ended that should not have.
    pub died: CancellationToken,
    /// Connections of the HTTP service; they finish the request that they are at.
    pub requests: TaskTracker,
}
