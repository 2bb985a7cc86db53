//! Publications to 1,000 subscribers as fast as they go.

use super::{Figures, Stage, delivery_figures};
use crate::meter::Meter;
use crate::results::Figure;

/// Subscribers.
pub(super) const RECEIVERS: usize = 1_000;
/// Publications that may be on their way; enough to keep a server busy, too few to make it close slow connections.
const ON_THEIR_WAY: u64 = 64;

/// Publishes as long as not too much is on its way.
pub(super) fn run(stage: &Stage<'_>) -> crate::Result<Figures> {
    let mut generator = stage.audience(RECEIVERS)?;
    let before = generator.tally().deliveries;

    let meter = Meter::start(stage.server)?;
    for _ in 0..stage.sizes().flood_messages {
        generator.publish(0)?;
        generator.run_until("deliver", |generator| generator.outstanding() < ON_THEIR_WAY)?;
    }
    generator.settle()?;
    let spent = meter.stop(stage.server)?;

    generator.expect_silence()?;
    let deliveries = generator.tally().deliveries - before;
    let mut figures = delivery_figures(&spent, deliveries);
    figures.push((Figure::DeliveriesPerSecond, deliveries as f64 / spent.wall.as_secs_f64()));
    Ok(figures)
}
