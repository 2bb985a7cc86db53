//! A server that answers.

use std::net::{SocketAddr, TcpStream};

use crate::config::{Config, ConfigFile};
use crate::process::Process;
use crate::{http, patience, port, program};

/// A server in a process of its own, which ends with it.
#[derive(Debug)]
pub struct Server {
    /// The process.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    _config: ConfigFile,
}

impl Server {
    /// The server under test: the house, or another one that speaks the same protocol.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(config: Config) -> Self {
        Self::launch(program::server(), config)
    }

    /// The house.
    ///
    /// # Panics
    /// When it does not start.
    pub fn house(config: Config) -> Self {
        let mut house = program::house();
        house.arg("centrifugo");
        Self::launch(house, config)
    }

    fn launch(mut command: std::process::Command, config: Config) -> Self {
        let address = port::free();
        let file = config.at(address).write();
        command.arg("--config").arg(file.path());
        let process = Process::start(command);
        let server = Self { process, address, _config: file };
        server.wait_until_it_answers();
        server
    }

    fn wait_until_it_answers(&self) {
        patience::until("the server answers on /health", || {
            assert!(
                !self.process.has_ended(),
                "the server ended instead of starting:\n{}",
                self.process.said()
            );
            TcpStream::connect(self.address).ok()
        });
        let health = http::get(self.address, "/health");
        assert_eq!(health.status, 200, "/health was expected to be well: {health:?}");
    }
}
