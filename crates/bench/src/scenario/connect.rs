//! What it costs to let a client in: TCP, upgrade, token, reply.

use super::{Figures, Stage};
use crate::meter::Meter;
use crate::results::Figure;

/// Connections made before anything is measured.
const WARM_UP: usize = 100;

/// Connects clients that each have a token of their own, and does not subscribe.
pub(super) fn run(stage: &Stage<'_>) -> crate::Result<Figures> {
    let connects = stage.sizes().connects;
    let mut tokens = stage.signer.tokens(WARM_UP + connects);
    let measured = tokens.split_off(WARM_UP);
    let mut generator = stage.generator(false)?;
    generator.connect(tokens, stage.sizes().at_once)?;

    let meter = Meter::start(stage.server)?;
    generator.connect(measured, stage.sizes().at_once)?;
    let spent = meter.stop(stage.server)?;

    let connects = connects as f64;
    Ok(vec![
        (Figure::CpuMicrosPerConnect, spent.server_us / connects),
        (Figure::ConnectsPerSecond, connects / spent.wall.as_secs_f64()),
        (Figure::GeneratorShare, spent.generator_share),
    ])
}
