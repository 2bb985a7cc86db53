//! Calls of `POST /api/publish` while nobody listens.

use super::{Figures, Stage};
use crate::failure::Failure;
use crate::generator::Generator;
use crate::meter::Meter;
use crate::results::Figure;

/// Kept-alive connections with one call each on its way.
pub(super) const CONNECTIONS: usize = 16;
/// Calls made before anything is measured.
const WARM_UP: usize = 200;

/// Keeps every connection busy until all calls are answered.
pub(super) fn run(stage: &Stage<'_>) -> crate::Result<Figures> {
    let calls = stage.sizes().calls;
    let mut generator = stage.generator(false)?;
    generator.open_publishers(CONNECTIONS)?;
    call(&mut generator, WARM_UP)?;

    let meter = Meter::start(stage.server)?;
    call(&mut generator, calls)?;
    let spent = meter.stop(stage.server)?;

    if generator.answers() != generator.published() {
        return Err(Failure::Server("its HTTP API did not answer every call".to_owned()));
    }
    let calls = calls as f64;
    Ok(vec![
        (Figure::CpuMicrosPerCall, spent.server_us / calls),
        (Figure::CallsPerSecond, calls / spent.wall.as_secs_f64()),
        (Figure::GeneratorShare, spent.generator_share),
    ])
}

fn call(generator: &mut Generator, count: usize) -> crate::Result<()> {
    for _ in 0..count {
        generator.run_until("answer", |generator| generator.free_publisher().is_some())?;
        if let Some(free) = generator.free_publisher() {
            generator.publish(free)?;
        }
    }
    generator.settle()
}
