//! One measured stretch: what the server, the generator and the network spent between two moments.

use std::time::{Duration, Instant};

use crate::process::ServerProcess;
use crate::process::gauge::Cpu;
use crate::{clock, machine};

/// A stretch that has begun.
pub(crate) struct Meter {
    started: Instant,
    server: Cpu,
    generator: Duration,
    segments: u64,
}

/// What a stretch cost.
pub(crate) struct Spent {
    /// Time that passed.
    pub(crate) wall: Duration,
    /// The server's CPU time, in microseconds.
    pub(crate) server_us: f64,
    /// The part of it spent in user mode, in microseconds.
    pub(crate) server_user_us: f64,
    /// The generator's CPU time as a share of the time that passed (0 to 1).
    pub(crate) generator_share: f64,
    /// TCP segments with data that the machine sent meanwhile.
    pub(crate) segments: u64,
}

impl Meter {
    /// Begins a stretch.
    pub(crate) fn start(server: &ServerProcess) -> crate::Result<Self> {
        let segments = machine::data_segments_sent()?;
        Ok(Self { server: server.cpu()?, generator: clock::own_cpu(), segments, started: clock::now() })
    }

    /// Ends it.
    pub(crate) fn stop(self, server: &ServerProcess) -> crate::Result<Spent> {
        let wall = self.started.elapsed();
        let generator = clock::own_cpu().saturating_sub(self.generator);
        let cpu = server.cpu()?.since(self.server);
        Ok(Spent {
            wall,
            server_us: micros(cpu.total),
            server_user_us: micros(cpu.user),
            generator_share: generator.as_secs_f64() / wall.as_secs_f64(),
            segments: machine::data_segments_sent()?.saturating_sub(self.segments),
        })
    }
}

/// A duration in microseconds.
pub(crate) fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
