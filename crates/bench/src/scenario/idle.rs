//! What a connection costs while nothing happens: memory, and the CPU of its pings.

use std::time::Duration;

use super::{Figures, Stage};
use crate::clock;
use crate::failure::Failure;
use crate::meter::Meter;
use crate::results::Figure;

/// Longer than any server takes to send its first ping at the default interval of 25 s.
const PING_INTERVAL: Duration = Duration::from_secs(25);

/// Connects and subscribes, leaves the server alone, then reads its memory, then its CPU.
pub(super) fn run(stage: &Stage<'_>) -> crate::Result<Figures> {
    let connections = stage.sizes().idle_connections;
    let observe = Duration::from_secs(stage.sizes().observe);

    // A first client makes the server load what it loads only once.
    drop(stage.audience(1)?);
    let before = stage.server.resident()?;

    let mut generator = stage.generator(true)?;
    generator.connect(stage.signer.tokens(connections), stage.sizes().at_once)?;
    generator.run_to(clock::now() + stage.plan.settle(stage.spec))?;
    let after = stage.server.resident()?;

    let meter = Meter::start(stage.server)?;
    let pings_before = generator.tally().pings;
    generator.run_to(clock::now() + observe)?;
    let pings = generator.tally().pings - pings_before;
    let spent = meter.stop(stage.server)?;
    if observe >= PING_INTERVAL && pings < connections as u64 {
        return Err(Failure::Server(format!(
            "it sent {pings} pings to {connections} connections in {observe:?}"
        )));
    }

    let connections = connections as f64;
    Ok(vec![
        (Figure::ResidentBytesPerConnection, after.saturating_sub(before) as f64 / connections),
        (Figure::CpuMicrosPerConnectionSecond, spent.server_us / connections / spent.wall.as_secs_f64()),
        (Figure::GeneratorShare, spent.generator_share),
    ])
}
