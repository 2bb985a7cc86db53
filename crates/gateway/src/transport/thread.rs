//! A worker's thread, and what moves the worker in it.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::runtime;
use tokio::select;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::{LocalSet, spawn_local, yield_now};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::either::Either;

use super::Site;
use super::accept::accept;
use super::listener::Listener;
use super::lobby::Visitor;
use super::porch::Porch;
use super::socket::{Local, LocalWorker, Socket};
use super::stops::Stops;
use crate::clock::Clock;
use crate::worker::{Mail, Mailbox, Surroundings, TICK, Worker};

/// Pieces of mail that are read in one turn.
const MAIL_BATCH: usize = 256;

/// Connections that are flushed before others get their turn: about a millisecond and a half of writing.
const FLUSH_BATCH: usize = 256;

/// From where connections come to a worker.
pub enum Street {
    /// From a port.
    Port(Listener),
    /// From somebody else's server.
    Lobby(UnboundedReceiver<Visitor>),
}

/// What one thread is made of.
pub struct WorkerThread {
    /// The worker's part of the house.
    pub surroundings: Surroundings,
    /// Its mail.
    pub mailbox: Mailbox,
    /// From where connections come.
    pub street: Street,
    /// What is behind the port.
    pub site: Arc<Site>,
    /// The clock.
    pub clock: Clock,
    /// When it ends.
    pub stops: Stops,
}

/// Starts the thread.
///
/// # Errors
/// When the operating system gives no thread.
pub fn start(parts: WorkerThread) -> io::Result<JoinHandle<()>> {
    let name = format!("worker-{}", parts.surroundings.id.0);
    std::thread::Builder::new().name(name).spawn(move || {
        // Cancelled when the guard is dropped, which a panic does too; after the end it tells nobody anything new.
        let _died = parts.stops.died.clone().drop_guard();
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        if let Err(error) = runtime.and_then(|runtime| LocalSet::new().block_on(&runtime, run(parts))) {
            tracing::error!(%error, "a worker could not be started");
        }
    })
}

async fn run(parts: WorkerThread) -> io::Result<()> {
    let WorkerThread { surroundings, mailbox, street, site, clock, stops } = parts;
    let Stops { closing, ending, .. } = stops.clone();
    let worker = RefCell::new(Worker::new(surroundings, clock.now()));
    let worker = Rc::new(Local { worker, unsent: Notify::new() });
    let porch = Rc::new(Porch { worker: Rc::clone(&worker), site, clock, stops });
    let taking_in = match street {
        Street::Port(listener) => Either::Left(accept(TcpListener::from_std(listener)?, porch)),
        Street::Lobby(visitors) => Either::Right(welcome(visitors, porch)),
    };
    spawn_local(async move {
        select! {
            () = taking_in => {}
            // Dropping the listener refuses whoever comes now, and with one port for all workers nobody is lost in a
            // queue that no one empties.
            () = closing.cancelled() => {}
        }
    });
    select! {
        () = turn(worker, mailbox, clock) => {}
        () = ending.cancelled() => {}
    }
    Ok(())
}

/// Takes in those whom the host's server has let in, for as long as it is there.
async fn welcome(mut visitors: UnboundedReceiver<Visitor>, porch: Rc<Porch>) {
    while let Some(Visitor { stream, guest, seat }) = visitors.recv().await {
        porch.enter(Socket::foreign(stream), &guest, seat, &mut []);
    }
}

/// Mail, time and what they leave to be sent, in turns.
async fn turn(local: LocalWorker, mut mailbox: Mailbox, clock: Clock) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut mails: Vec<Mail> = Vec::with_capacity(MAIL_BATCH);
    let worker = &local.worker;
    loop {
        select! {
            biased;
            _ = ticks.tick() => worker.borrow_mut().turn(clock.now()),
            open = mailbox.receive(&mut mails, MAIL_BATCH) => {
                if !open {
                    return;
                }
                worker.borrow_mut().read_mail(&mut mails, clock.now());
            }
            () = local.unsent.notified() => {}
        }
        // What arrives while a long flush goes on is added to what has not been sent yet, and leaves with it.
        while worker.borrow_mut().flush(FLUSH_BATCH, clock.now()) {
            yield_now().await;
            mailbox.take(&mut mails, MAIL_BATCH);
            worker.borrow_mut().read_mail(&mut mails, clock.now());
        }
    }
}
