//! Eight publications that wait together: do they leave together?

use super::{Figures, Stage, delivery_figures};
use crate::cli::BurstVia;
use crate::meter::Meter;
use crate::results::Figure;

/// Publications in a burst.
const SIZE: usize = 8;

/// Hands over a burst, waits until it has reached everybody, and begins again.
///
/// A read at the receiver may find several writes of the server, so publications per read are an upper bound of what
/// the server put together; TCP segments per delivery (an eighth at best) are the proof.
pub(super) fn run(stage: &Stage<'_>) -> crate::Result<Figures> {
    let (receivers, bursts) = (stage.sizes().receivers, stage.sizes().bursts);
    let mut generator = stage.audience(receivers)?;
    let (deliveries, reads, frames) = {
        let tally = generator.tally();
        (tally.deliveries, tally.reads, tally.frames)
    };

    let meter = Meter::start(stage.server)?;
    for _ in 0..bursts {
        match stage.sizes().burst_via {
            BurstVia::Pipeline => generator.publish_pipelined(SIZE)?,
            BurstVia::Batch => generator.publish_batch(SIZE)?,
        }
        generator.settle()?;
    }
    let spent = meter.stop(stage.server)?;

    generator.expect_silence()?;
    let tally = generator.tally();
    let deliveries = tally.deliveries - deliveries;
    let mut figures = delivery_figures(&spent, deliveries);
    figures.push((Figure::DeliveriesPerRead, deliveries as f64 / (tally.reads - reads) as f64));
    figures.push((Figure::DeliveriesPerFrame, deliveries as f64 / (tally.frames - frames) as f64));
    Ok(figures)
}
