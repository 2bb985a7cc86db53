//! A house from its opening to its end.

use std::io;
use std::pin::pin;
use std::process;

use tokio::runtime;
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::{ENDED, FAILED, descriptors};
use crate::app::House;
use crate::config::Plan;
use crate::telemetry::log;

/// Opens the house, keeps it open until the process is told to end, and closes it. `greet` speaks once it is open.
pub fn run(plan: Plan, greet: impl FnOnce()) -> u8 {
    log::start(plan.log);
    for warning in &plan.warnings {
        tracing::warn!("{warning}");
    }
    match live(plan, greet) {
        Ok(()) => ENDED,
        Err(failure) => {
            for line in failure.to_string().lines() {
                tracing::error!("{line}");
            }
            FAILED
        }
    }
}

fn live(plan: Plan, greet: impl FnOnce()) -> Result<(), Box<dyn std::error::Error>> {
    descriptors::raise();
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _context = runtime.enter();
        Signals::listen()?
    };
    let version = env!("CARGO_PKG_VERSION");
    let house = House::open(plan.settings)?;
    tracing::info!(address = %house.address(), version, "the house is open");
    greet();
    runtime.block_on(async {
        let (told, to_end) = oneshot::channel();
        let mut kept = pin!(house.keep(async { _ = to_end.await }));
        let alive = select! {
            alive = &mut kept => alive,
            name = signals.next() => {
                tracing::info!(signal = name, "told to end");
                let _ended_meanwhile = told.send(());
                select! {
                    alive = kept => alive,
                    name = signals.next() => {
                        tracing::warn!(signal = name, "told to end again: now");
                        process::exit(i32::from(FAILED));
                    }
                }
            }
        };
        if alive { Ok(()) } else { Err("a worker died, which is a bug; the log says where".into()) }
    })
}

/// What tells a process to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
