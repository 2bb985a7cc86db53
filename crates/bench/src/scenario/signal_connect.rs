//! What it costs to let a peer in: TCP, upgrade, room token, the list of peers.

use super::{Figures, Stage};
use crate::generator::signal::ROOM;
use crate::meter::Meter;
use crate::results::Figure;

/// Peers that are let in before anything is measured.
const WARM_UP: usize = 100;

/// Connects peers in rooms of ten, each with a token of its own.
pub(super) fn run(stage: &Stage<'_>) -> crate::Result<Figures> {
    let connects = stage.sizes().connects;
    let mut tickets = stage.tickets(WARM_UP + connects, ROOM);
    let measured = tickets.split_off(WARM_UP);
    let mut crowd = stage.crowd(ROOM)?;
    crowd.join(tickets, stage.sizes().at_once)?;

    let meter = Meter::start(stage.server)?;
    crowd.join(measured, stage.sizes().at_once)?;
    let spent = meter.stop(stage.server)?;

    let connects = connects as f64;
    Ok(vec![
        (Figure::CpuMicrosPerConnect, spent.server_us / connects),
        (Figure::ConnectsPerSecond, connects / spent.wall.as_secs_f64()),
        (Figure::GeneratorShare, spent.generator_share),
    ])
}
