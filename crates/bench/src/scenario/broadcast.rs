//! One publication at a time: the next is sent when the last receiver has the one before.

use super::{Figures, Stage, delivery_figures};
use crate::clock;
use crate::meter::{Meter, micros};
use crate::results::Figure;
use crate::stats::Summary;

/// Publishes and waits, again and again.
pub(super) fn run(stage: &Stage<'_>) -> crate::Result<Figures> {
    let (receivers, messages) = (stage.sizes().receivers, stage.sizes().messages);
    let mut generator = stage.audience(receivers)?;
    let before = generator.tally().deliveries;
    let mut served = Vec::with_capacity(messages);

    let meter = Meter::start(stage.server)?;
    for _ in 0..messages {
        let sent = clock::now();
        generator.publish(0)?;
        generator.settle()?;
        served.push(micros(sent.elapsed()) / 1000.0);
    }
    let spent = meter.stop(stage.server)?;

    generator.expect_silence()?;
    let deliveries = generator.tally().deliveries - before;
    let mut figures = delivery_figures(&spent, deliveries);
    figures.extend(Summary::of(&served).map(|served| (Figure::LastServedMillis, served.median)));
    Ok(figures)
}
