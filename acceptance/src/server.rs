//! A server that answers.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;

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
    config: ConfigFile,
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

    /// The house, by a configuration of its own kind, in TOML, to which its address is added. What it keeps is gone with
    /// it, unless the configuration has a store.
    ///
    /// # Panics
    /// When it does not start.
    pub fn own(text: &str) -> Self {
        Self::own_with(text, &[])
    }

    /// The same with variables.
    ///
    /// # Panics
    /// When it does not start.
    pub fn own_with(text: &str, variables: &[(&str, &str)]) -> Self {
        let mut house = program::house();
        house.arg("serve").envs(variables.iter().copied());
        let address = port::free();
        let store = if text.contains("[store]") { "" } else { "[store]\npath = \":memory:\"\n" };
        let (ip, port) = (address.ip(), address.port());
        let text = format!("[listen]\naddress = \"{ip}\"\nport = {port}\n{store}{text}");
        Self::launch_with(house, address, ConfigFile::toml(&text))
    }

    /// Where its configuration is.
    pub fn config(&self) -> &Path {
        self.config.path()
    }

    fn launch(command: std::process::Command, config: Config) -> Self {
        let address = port::free();
        Self::launch_with(command, address, config.at(address).write())
    }

    fn launch_with(mut command: std::process::Command, address: SocketAddr, file: ConfigFile) -> Self {
        command.arg("--config").arg(file.path());
        let process = Process::start(command);
        let server = Self { process, address, config: file };
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
