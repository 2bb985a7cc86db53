//! The bare epoll server: the least that a server can do and still be understood by the generator.
//!
//! One thread, no tokens, no pings, no limits: it accepts WebSocket upgrades on any path, answers connect and subscribe
//! in JSON, and hands each publication, encoded once, to every subscriber with one `write()`. To peers that register it
//! relays messages as they are, whatever room they name. What it costs is what the
//! kernel costs, so that others can be given as a multiple of it. It is for measuring only: it believes everybody.
//!
//! [`peer`] is one connection, [`protocol`] what is said on it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::AsFd;

use crate::failure::Doing;
use crate::generator::poller::{Interest, Poller, Ready};
use crate::machine;
use crate::reference::peer::{Flow, Peer};
use crate::reference::protocol::Request;

mod peer;
mod protocol;

/// The listening socket's number; peers are numbered from zero.
const LISTENER: u64 = u64::MAX;
/// Bytes read at once.
const READ_BUFFER: usize = 64 * 1024;
/// Connections that may wait to be accepted.
const BACKLOG: i32 = 4096;

/// The server's whole state.
struct Reference {
    poller: Poller,
    listener: TcpListener,
    /// By number; a number is not given twice, so that a subscription never passes to another peer.
    peers: Vec<Option<Peer>>,
    subscribers: HashMap<String, Vec<u64>>,
    /// Peers that messages are relayed to, by id.
    registered: HashMap<String, u64>,
    /// Frames that wait for the end of the turn, by channel; only used when coalescing.
    waiting: HashMap<String, Vec<u8>>,
    coalesce: bool,
}

/// Serves 127.0.0.1:`port` until the process ends.
pub(crate) fn serve(port: u16, coalesce: bool) -> crate::Result<Infallible> {
    machine::make_room_for(0)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).doing("listening")?;
    rustix::net::listen(&listener, BACKLOG).doing("listening")?;
    listener.set_nonblocking(true).doing("listening")?;
    let poller = Poller::new()?;
    poller.add(&listener, LISTENER)?;
    let mut reference = Reference {
        poller,
        listener,
        peers: Vec::new(),
        subscribers: HashMap::new(),
        registered: HashMap::new(),
        waiting: HashMap::new(),
        coalesce,
    };
    let mut buffer = vec![0; READ_BUFFER];
    loop {
        reference.turn(&mut buffer)?;
    }
}

impl Reference {
    fn turn(&mut self, buffer: &mut [u8]) -> crate::Result<()> {
        let count = self.poller.wait(None)?;
        for position in 0..count {
            let ready = self.poller.ready(position);
            if ready.number == LISTENER {
                self.accept()?;
            } else {
                self.serve_peer(ready, buffer)?;
            }
        }
        for (channel, frames) in std::mem::take(&mut self.waiting) {
            self.send_to_all(&channel, &frames)?;
        }
        Ok(())
    }

    fn accept(&mut self) -> crate::Result<()> {
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    let peer = Peer::new(stream)?;
                    self.poller.add(peer.as_fd(), self.peers.len() as u64)?;
                    self.peers.push(Some(peer));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                // A connection that was reset before it was accepted concerns nobody.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) => return Err(error).doing("accepting a connection"),
            }
        }
    }

    fn serve_peer(&mut self, ready: Ready, buffer: &mut [u8]) -> crate::Result<()> {
        let Some(peer) = &mut self.peers[ready.number as usize] else { return Ok(()) };
        let mut flow = if ready.writable { peer.flush() } else { Flow::Free };
        let mut requests = Vec::new();
        if ready.readable && flow != Flow::Gone && !peer.read(buffer, &mut requests) {
            flow = Flow::Gone;
        }
        if ready.writable && flow == Flow::Free {
            self.poller.change(peer.as_fd(), ready.number, Interest::Read)?;
        }
        if flow == Flow::Gone {
            self.peers[ready.number as usize] = None;
            return Ok(());
        }
        for request in requests {
            self.carry_out(ready.number, request)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, number: u64, request: Request) -> crate::Result<()> {
        match request {
            Request::Answer(answer) => self.send(number, &answer)?,
            Request::Subscribe { channel, answer } => {
                self.subscribers.entry(channel).or_default().push(number);
                self.send(number, &answer)?
            }
            Request::Register { id, answer } => {
                self.registered.insert(id, number);
                self.send(number, &answer)?
            }
            Request::Relay { to, message } => match self.registered.get(&to) {
                Some(receiver) => self.send(*receiver, &message)?,
                None => Flow::Free,
            },
            Request::Publish { publications, answer } => {
                for (channel, frame) in publications {
                    if self.coalesce {
                        self.waiting.entry(channel).or_default().extend(frame);
                    } else {
                        self.send_to_all(&channel, &frame)?;
                    }
                }
                self.send(number, &answer)?
            }
        };
        Ok(())
    }

    fn send_to_all(&mut self, channel: &str, frames: &[u8]) -> crate::Result<()> {
        let Some(mut subscribers) = self.subscribers.remove(channel) else { return Ok(()) };
        let mut lost_some = false;
        for number in &subscribers {
            lost_some |= self.send(*number, frames)? == Flow::Gone;
        }
        if lost_some {
            subscribers.retain(|number| self.peers[*number as usize].is_some());
        }
        self.subscribers.insert(channel.to_owned(), subscribers);
        Ok(())
    }

    fn send(&mut self, number: u64, bytes: &[u8]) -> crate::Result<Flow> {
        let Some(peer) = &mut self.peers[number as usize] else { return Ok(Flow::Gone) };
        let was_free = peer.is_free();
        let flow = peer.write(bytes);
        match flow {
            Flow::Held if was_free => self.poller.change(peer.as_fd(), number, Interest::ReadAndWrite)?,
            Flow::Free | Flow::Held => {}
            Flow::Gone => self.peers[number as usize] = None,
        }
        Ok(flow)
    }
}
