//! Realms with the keys that their providers publish now: what the house would judge by.

use std::sync::Arc;

use clap::{Arg, ArgMatches, value_parser};
use tokio::runtime::Builder;
use vestibule_auth::{Realm, Realms};

use crate::clock::Clock;
use crate::config::{Settings, Sources, own};
use crate::keys::Look;

/// A configuration's realms.
#[derive(Debug)]
pub struct Bench {
    /// What the configuration says.
    pub settings: Settings,
    /// Its realms.
    pub realms: Realms,
    /// The clock.
    pub clock: Clock,
}

/// The configuration that is meant.
pub fn config_argument() -> Arg {
    Arg::new("config")
        .long("config")
        .short('c')
        .value_name("FILE")
        .value_parser(value_parser!(std::path::PathBuf))
        .env("VESTIBULE_CONFIG")
        .help("The configuration: a .toml file")
}

impl Bench {
    /// Reads the configuration.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(matches: &ArgMatches, variables: Vec<(String, String)>) -> Result<Self, String> {
        let file = matches.get_one("config").cloned();
        let plan = own::load(&Sources { file, variables, ..Sources::default() })
            .map_err(|refused| format!("the configuration is wrong:\n{refused}"))?;
        let (realms, _) = plan
            .settings
            .realms
            .clone()
            .build()
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        Ok(Self { settings: plan.settings, realms, clock: Clock::start() })
    }

    /// Looks at what the realm's provider publishes, and takes the keys to hand; `None`: it publishes nothing.
    ///
    /// # Errors
    /// Why the keys cannot be had.
    pub fn look(&self, realm: &Arc<Realm>) -> Option<Result<Look, String>> {
        let keys = realm.published()?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let looked = runtime
            .map_err(|error| error.to_string())
            .and_then(|runtime| runtime.block_on(Look::at(keys.source(), self.clock)));
        Some(looked.inspect(|look| {
            keys.publish(&look.document, self.clock.now().moment);
        }))
    }
}
