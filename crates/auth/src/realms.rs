//! Every trusted source of tokens, immutable after start.

use std::sync::Arc;
use std::time::Duration;

use crate::config::{ConfigError, TrustConfig};
use crate::{Realm, Trust};

/// The realms of a house, by their names. Cloning costs one reference count.
#[derive(Clone, Debug)]
pub struct Realms(Arc<[Arc<Realm>]>);

impl Realms {
    /// Built by [`RealmsConfig::build`](crate::RealmsConfig::build), which has checked that their names differ.
    pub(crate) fn new(realms: Vec<Realm>) -> Self {
        Self(realms.into_iter().map(Arc::new).collect())
    }

    /// How long a token that there is now can still be accepted by the most patient realm; `None`: for any time.
    pub fn longest_life(&self) -> Option<Duration> {
        let lives = self.iter().map(|realm| realm.longest_life());
        lives.reduce(|one, other| Some(one?.max(other?))).flatten()
    }

    /// How far the clocks of those who issue tokens are taken to be ahead, in the most patient realm.
    pub fn clock_skew(&self) -> Duration {
        self.iter().map(|realm| realm.clock_skew()).max().unwrap_or_default()
    }

    /// The realm of that name.
    pub fn get(&self, name: &str) -> Option<&Arc<Realm>> {
        self.0.iter().find(|realm| realm.name() == name)
    }

    /// All of them, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Realm>> {
        self.0.iter()
    }

    /// The realms that a door trusts for one purpose.
    ///
    /// # Errors
    ///
    /// A realm that there is not, or realms between which a token's issuer would leave a choice.
    pub fn trust(&self, config: &TrustConfig) -> Result<Trust, Vec<ConfigError>> {
        Trust::build(self, config)
    }
}
