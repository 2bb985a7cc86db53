//! How many sockets the process may have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// With fewer than this a node is soon full.
const FEW: u64 = 4_096;

/// Raises the limit as far as the operating system lets us, and says how far that is.
pub fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum && setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_err() {
        tracing::warn!("the limit of open files cannot be raised");
    }
    match getrlimit(Resource::Nofile).current {
        None => tracing::info!("there is no limit of open files"),
        Some(files) if files < FEW => {
            tracing::warn!(files, "few files may be open: each connection takes one; see ulimit -n");
        }
        Some(files) => tracing::info!(files, "files that may be open"),
    }
}
