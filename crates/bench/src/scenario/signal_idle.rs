//! What a peer costs that says nothing: memory, and the CPU of the signs of life that its server wants.

use std::time::Duration;

use super::{Figures, Stage};
use crate::clock;
use crate::generator::signal::ROOM;
use crate::meter::Meter;
use crate::results::Figure;

/// Fills rooms of ten, leaves the server alone, then reads its memory, then its CPU.
pub(super) fn run(stage: &Stage<'_>) -> crate::Result<Figures> {
    let connections = stage.sizes().idle_connections;
    // A first peer makes the server load what it loads only once.
    let mut crowd = stage.crowd(ROOM)?;
    let mut tickets = stage.tickets(ROOM + connections, ROOM);
    let rest = tickets.split_off(ROOM);
    crowd.join(tickets, stage.sizes().at_once)?;
    let before = stage.server.resident()?;

    crowd.join(rest, stage.sizes().at_once)?;
    crowd.stay_until(clock::now() + stage.plan.settle(stage.spec))?;
    let after = stage.server.resident()?;

    let meter = Meter::start(stage.server)?;
    crowd.stay_until(clock::now() + Duration::from_secs(stage.sizes().observe))?;
    let spent = meter.stop(stage.server)?;

    let connections = connections as f64;
    Ok(vec![
        (Figure::ResidentBytesPerConnection, after.saturating_sub(before) as f64 / connections),
        (Figure::CpuMicrosPerConnectionSecond, spent.server_us / connections / spent.wall.as_secs_f64()),
        (Figure::GeneratorShare, spent.generator_share),
    ])
}
