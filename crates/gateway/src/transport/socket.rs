//! A peer's end, and the task that waits on it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::worker::{ConnectionId, Link, Worker};

/// Bytes that are read at once. A message longer than this is put together from several reads.
const READ_BUFFER: usize = 64 << 10;

thread_local! {
    /// One buffer for all connections of a thread: bytes are decoded, and handed on or kept, before the next read.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BUFFER].into_boxed_slice());
}

/// The worker of this thread.
pub type LocalWorker = Rc<Local>;

/// A worker among the tasks of its thread.
pub struct Local {
    /// The worker.
    pub worker: RefCell<Worker<Socket>>,
    /// Told when bytes of one peer have left something to be sent to others, which leaves at the end of the turn.
    pub unsent: Notify,
}

/// A stream that somebody else's server has accepted.
pub trait ForeignStream: AsyncRead + AsyncWrite + Send {}

impl<S: AsyncRead + AsyncWrite + Send> ForeignStream for S {}

/// A peer's socket.
pub struct Socket {
    stream: Stream,
    /// Wakes the task that waits on the stream.
    waker: Cell<Option<Waker>>,
}

enum Stream {
    Tcp(TcpStream),
    /// It may be anything, so there is nothing to ask of it but to read and to write.
    Foreign(RefCell<Pin<Box<dyn ForeignStream>>>),
}

impl Socket {
    /// The socket of a stream.
    pub fn of_tcp(stream: TcpStream) -> Self {
        Self { stream: Stream::Tcp(stream), waker: Cell::new(None) }
    }

    /// That of somebody else's stream.
    pub fn foreign(stream: Pin<Box<dyn ForeignStream>>) -> Self {
        Self { stream: Stream::Foreign(RefCell::new(stream)), waker: Cell::new(None) }
    }
}

impl Link for Socket {
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match (&self.stream, slices) {
            (Stream::Tcp(stream), [one]) => stream.try_write(one),
            (Stream::Tcp(stream), several) => stream.try_write_vectored(several),
            (Stream::Foreign(stream), slices) => {
                let mut stream = stream.borrow_mut();
                let poll = self.with_waker(|context| {
                    let written = stream.as_mut().poll_write_vectored(context, slices);
                    // Some streams keep what they take until they are told that it is all.
                    let _flushed_later = stream.as_mut().poll_flush(context);
                    written
                });
                match poll {
                    Poll::Ready(written) => written,
                    Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
                }
            }
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake_by_ref();
            self.waker.set(Some(waker));
        }
    }

    fn finish(&self) {
        match &self.stream {
            Stream::Tcp(stream) => {
                // A socket that cannot be shut down is gone already.
                let _gone = socket2::SockRef::from(stream).shutdown(Shutdown::Write);
            }
            Stream::Foreign(stream) => {
                let mut stream = stream.borrow_mut();
                let _gone = self.with_waker(|context| stream.as_mut().poll_shutdown(context));
            }
        }
    }
}

/// Waits on a connection's socket until the connection is gone.
pub async fn attend(worker: LocalWorker, who: ConnectionId, clock: Clock) {
    poll_fn(|context| {
        let mut moved = worker.worker.borrow_mut();
        let attended = attend_once(&mut moved, who, clock, context);
        if moved.has_unsent() {
            worker.unsent.notify_one();
        }
        attended
    })
    .await;
}

fn attend_once(
    worker: &mut Worker<Socket>,
    who: ConnectionId,
    clock: Clock,
    context: &mut Context<'_>,
) -> Poll<()> {
    let mut has_written = false;
    loop {
        let Some(wants) = worker.wants(who) else { return Poll::Ready(()) };
        let Some(socket) = worker.link(who) else { return Poll::Ready(()) };
        socket.keep(context.waker());
        if wants.write && !has_written && socket.poll_writable(context).is_ready() {
            // A foreign stream tells that it takes bytes by taking them: one try each time that something has changed.
            has_written = matches!(socket.stream, Stream::Foreign(_));
            worker.writable(who, clock.now());
            continue;
        }
        if !wants.read {
            return Poll::Pending;
        }
        match BUFFER.with_borrow_mut(|buffer| read(worker, who, clock, buffer, context)) {
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
    match socket.poll_read(context, &mut bytes) {
        Poll::Pending => return Poll::Pending,
        Poll::Ready(Ok(())) if !bytes.filled().is_empty() => {
            worker.received(who, bytes.filled_mut(), clock.now());
        }
        Poll::Ready(Ok(()) | Err(_)) => worker.gone(who, clock.now()),
    }
    Poll::Ready(())
}

impl Socket {
    fn keep(&self, waker: &Waker) {
        let kept = self.waker.take().filter(|kept| kept.will_wake(waker));
        self.waker.set(Some(kept.unwrap_or_else(|| waker.clone())));
    }

    fn poll_read(&mut self, context: &mut Context<'_>, bytes: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_read(context, bytes),
            Stream::Foreign(stream) => stream.get_mut().as_mut().poll_read(context, bytes),
        }
    }

    fn poll_writable(&self, context: &mut Context<'_>) -> Poll<()> {
        match &self.stream {
            Stream::Tcp(stream) => stream.poll_write_ready(context).map(|_| ()),
            Stream::Foreign(_) => Poll::Ready(()),
        }
    }

    /// With the task that waits on the stream, so that it is woken for what the stream could not do at once.
    fn with_waker<T>(&self, work: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let waker = self.waker.take();
        let done = work(&mut Context::from_waker(waker.as_ref().unwrap_or(Waker::noop())));
        self.waker.set(waker);
        done
    }
}
