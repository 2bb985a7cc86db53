//! Carries a plan out: every scenario, every round, every server, each in a process of its own.

use std::hash::{BuildHasher, RandomState};

use crate::failure::Failure;
use crate::machine::{self, Machine};
use crate::plan::{Plan, ServerSpec};
use crate::process::ServerProcess;
use crate::results::{Outcome, Results, Round};
use crate::scenario::{Scenario, Stage};
use crate::token::{RoomSigner, Signer};
use crate::{clock, report};

/// Whether all rounds of a run can be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// Everything arrived everywhere.
    Valid,
    /// Some rounds are void; the table says which and why.
    SomeVoid,
}

/// Runs everything, writes the results after every scenario, and prints a table at the end.
pub(crate) fn run(plan: &Plan) -> crate::Result<Verdict> {
    machine::pin_to(plan.cores.generator)?;
    let began = clock::unix_seconds();
    let signers = Signers {
        connections: Signer::new(&plan.secret, began),
        rooms: RoomSigner::new(&plan.secret, began),
    };
    let mut results = Results {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        began,
        machine: Machine::describe(),
        setting: plan.setting.clone(),
        rounds: Vec::new(),
    };
    for scenario in plan.scenarios.iter().copied() {
        for number in 1..=plan.rounds {
            for spec in plan.order(scenario, number) {
                let outcome = round(plan, &signers, scenario, number, spec)?;
                results.rounds.push(Round { scenario, round: number, server: spec.name.clone(), outcome });
            }
        }
        results.write(&plan.out)?;
    }
    print!("{}", report::plain(&results));
    let void = results.rounds.iter().any(|round| matches!(round.outcome, Outcome::Void(_)));
    Ok(if void { Verdict::SomeVoid } else { Verdict::Valid })
}

/// Who signs tokens.
struct Signers {
    connections: Signer,
    rooms: RoomSigner,
}

/// One server, once, in one scenario. What the server does wrong voids the round; everything else ends the run.
fn round(
    plan: &Plan,
    signers: &Signers,
    scenario: Scenario,
    number: u32,
    spec: &ServerSpec,
) -> crate::Result<Outcome> {
    let name = scenario.name();
    eprint!("{name}, round {number} of {}, {} … ", plan.rounds, spec.name);
    let started = clock::now();
    let label = format!("{name}-{number}-{}", spec.name);
    let server = ServerProcess::start(spec, plan.cores, &plan.logs, &label)?;
    let dice = RandomState::new().hash_one(&label);
    let Signers { connections: signer, rooms: room_signer } = signers;
    let stage = Stage { plan, spec, server: &server, signer, room_signer, dice };
    match scenario.run(&stage) {
        Ok(outcome) => {
            eprintln!("{:.1} s", started.elapsed().as_secs_f64());
            Ok(outcome)
        }
        Err(Failure::Server(what)) => {
            eprintln!("void: {what}; the server's last log lines:\n{}", server.last_words());
            Ok(Outcome::Void(what))
        }
        Err(other) => Err(other),
    }
}
