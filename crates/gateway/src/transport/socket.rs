//! A peer's end, and the task that waits on it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;

use crate::clock::Clock;
use crate::worker::{ConnectionId, Link, Worker};

/// Bytes that are read at once. A message longer than this is put together from several reads.
const READ_BUFFER: usize = 64 << 10;

thread_local! {
    /// One buffer for all connections of a thread: bytes are decoded, and handed on or kept, before the next read.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BUFFER].into_boxed_slice());
}

/// The worker of this thread.
pub type LocalWorker = Rc<RefCell<Worker<Socket>>>;

/// A peer's socket.
pub struct Socket {
    stream: TcpStream,
    /// Wakes the task that waits on the stream.
    waker: Cell<Option<Waker>>,
}

impl Socket {
    /// The socket of a stream.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, waker: Cell::new(None) }
    }
}

impl Link for Socket {
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match slices {
            [one] => self.stream.try_write(one),
            several => self.stream.try_write_vectored(several),
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake_by_ref();
            self.waker.set(Some(waker));
        }
    }

    fn finish(&self) {
        // A socket that cannot be shut down is gone already.
        let _gone = socket2::SockRef::from(&self.stream).shutdown(Shutdown::Write);
    }
}

/// Waits on a connection's socket until the connection is gone.
pub async fn attend(worker: LocalWorker, who: ConnectionId, clock: Clock) {
    poll_fn(|context| attend_once(&worker, who, clock, context)).await;
}

fn attend_once(worker: &LocalWorker, who: ConnectionId, clock: Clock, context: &mut Context<'_>) -> Poll<()> {
    let mut worker = worker.borrow_mut();
    loop {
        let Some(wants) = worker.wants(who) else { return Poll::Ready(()) };
        let Some(socket) = worker.link(who) else { return Poll::Ready(()) };
        socket.keep(context.waker());
        if wants.write && socket.stream.poll_write_ready(context).is_ready() {
            worker.writable(who, clock.now());
            continue;
        }
        if !wants.read {
            return Poll::Pending;
        }
        match BUFFER.with_borrow_mut(|buffer| read(&mut worker, who, clock, buffer, context)) {
            Poll::Ready(()) => {}
            Poll::Pending => return Poll::Pending,
        }
    }
}

fn read(
    worker: &mut Worker<Socket>,
    who: ConnectionId,
    clock: Clock,
    buffer: &mut [u8],
    context: &mut Context<'_>,
) -> Poll<()> {
    let Some(socket) = worker.link(who) else { return Poll::Ready(()) };
    let mut bytes = ReadBuf::new(buffer);
    match Pin::new(&mut socket.stream).poll_read(context, &mut bytes) {
        Poll::Pending => return Poll::Pending,
        Poll::Ready(Ok(())) if !bytes.filled().is_empty() => {
            worker.received(who, bytes.filled_mut(), clock.now());
        }
        Poll::Ready(Ok(()) | Err(_)) => worker.gone(who),
    }
    Poll::Ready(())
}

impl Socket {
    fn keep(&self, waker: &Waker) {
        let kept = self.waker.take().filter(|kept| kept.will_wake(waker));
        self.waker.set(Some(kept.unwrap_or_else(|| waker.clone())));
    }
}
