//! A house from its opening to its end.

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::pin::pin;
use std::process;
use std::time::Duration;

use tokio::runtime;
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::{ENDED, FAILED, descriptors};
use crate::app::House;
use crate::config::Plan;
use crate::telemetry::log;

/// Signals that come within this time after the first say the same.
const SAME_SIGNAL: Duration = Duration::from_secs(1);

/// Opens the house, keeps it open until the process is told to end, and closes it. `greet` speaks once it is open, and is told where.
pub fn run(plan: Plan, greet: impl FnOnce(SocketAddr)) -> u8 {
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

fn live(plan: Plan, greet: impl FnOnce(SocketAddr)) -> Result<(), Box<dyn std::error::Error>> {
    descriptors::raise();
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _context = runtime.enter();
        Signals::listen()?
    };
    let version = env!("CARGO_PKG_VERSION");
    let house = House::open(plan.settings)?;
    tracing::info!(address = %house.address(), version, "the house is open");
    greet(house.address());
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
                    again = told_again(&mut signals) => end_now(again),
                }
            }
        };
        if !alive {
            return Err("a worker died, which is a bug; the log says where".into());
        }
        tracing::info!("the house is closed");
        Ok(())
    })
}

/// Waits for a second signal. Whoever watches a process may send it the same one twice, as a terminal and a shell do:
/// what comes at once with the first is not the second.
async fn told_again(signals: &mut Signals) -> &'static str {
    let mut at_once = pin!(sleep(SAME_SIGNAL));
    loop {
        select! {
            () = &mut at_once => return signals.next().await,
            name = signals.next() => tracing::info!(signal = name, "told to end twice at once"),
        }
    }
}

/// Ends without a goodbye.
fn end_now(signal: &'static str) -> ! {
    tracing::warn!(signal, "told to end again: now");
    process::exit(i32::from(FAILED))
}

/// What tells a process to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    /// A terminal that hangs up takes what was started there along. Others send the same signal to have a configuration
    /// read again, and mean no end by it.
    at_a_terminal: bool,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            at_a_terminal: io::stdin().is_terminal(),
        })
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        loop {
            select! {
                _ = self.terminate.recv() => return "SIGTERM",
                _ = self.interrupt.recv() => return "SIGINT",
                _ = self.hang_up.recv() => {
                    if self.at_a_terminal {
                        return "SIGHUP";
                    }
                    tracing::warn!("SIGHUP changes nothing: a configuration is read at the start alone");
                }
            }
        }
    }
}
