//! The configuration that a server is started with, as its operator would write it.

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Map, Value, json};

/// Signs the tokens of every test.
pub const TOKEN_SECRET: &str = "acceptance-secret-of-more-than-32-bytes";

/// Opens the server API.
pub const API_KEY: &str = "acceptance-api-key";

static FILES: AtomicU32 = AtomicU32::new(0);

/// Settings in the layout of Centrifugo's configuration file.
///
/// Channels without a namespace can be subscribed and published to, and keep nothing. Those of `room:` have history,
/// recovery, presence, joins and leaves.
#[derive(Clone, Debug)]
pub struct Config(Value);

/// A configuration on disk, until it is dropped.
#[derive(Debug)]
pub struct ConfigFile(PathBuf);

/// A folder of a test's own, for what a server keeps, until it is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Default for Config {
    fn default() -> Self {
        Self(json!({
            "client": { "token": { "hmac_secret_key": TOKEN_SECRET } },
            "http_api": { "key": API_KEY },
            "health": { "enabled": true },
            "usage_stats": { "disabled": true },
            "channel": {
                "without_namespace": { "allow_subscribe_for_client": true, "allow_publish_for_client": true },
                "namespaces": [{
                    "name": "room",
                    "presence": true,
                    "join_leave": true,
                    "force_push_join_leave": true,
                    "history_size": 1000,
                    "history_ttl": "300s",
                    "force_recovery": true,
                    "allow_subscribe_for_client": true,
                    "allow_publish_for_client": true,
                    "allow_presence_for_client": true,
                    "allow_history_for_client": true
                }]
            }
        }))
    }
}

impl Config {
    /// The same with one more setting, by its path with dots.
    #[must_use]
    pub fn set(mut self, path: &str, value: impl Into<Value>) -> Self {
        let mut place = &mut self.0;
        for key in path.split('.') {
            if !place.is_object() {
                *place = Map::new().into();
            }
            place = &mut place[key];
        }
        *place = value.into();
        self
    }

    /// The same, listening there.
    #[must_use]
    pub fn at(self, address: SocketAddr) -> Self {
        let ip = address.ip().to_string();
        self.set("http_server.address", ip).set("http_server.port", address.port())
    }

    /// On disk.
    pub fn write(&self) -> ConfigFile {
        ConfigFile::with_text(&self.0.to_string())
    }
}

impl ConfigFile {
    /// A JSON file with any content.
    pub fn with_text(text: &str) -> Self {
        Self::with_name("json", text)
    }

    /// A TOML file.
    pub fn toml(text: &str) -> Self {
        Self::with_name("toml", text)
    }

    fn with_name(extension: &str, text: &str) -> Self {
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("acceptance-{}-{number}.{extension}", process::id()));
        fs::write(&path, text)
            .unwrap_or_else(|error| panic!("{} cannot be written: {error}", path.display()));
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for Folder {
    fn default() -> Self {
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("acceptance-{}-{number}", process::id()));
        fs::create_dir(&path).unwrap_or_else(|error| panic!("{} cannot be made: {error}", path.display()));
        Self(path)
    }
}

impl Folder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _already_gone = fs::remove_dir_all(&self.0);
    }
}

impl Drop for ConfigFile {
    fn drop(&mut self) {
        let _already_gone = fs::remove_file(&self.0);
    }
}
