//! Realms with the keys that their providers publish now: what the house would judge by.

use clap::{Arg, ArgMatches, value_parser};
use tokio::runtime::Builder;
use vestibule_auth::{PublishedKeys, Realms};

use crate::cli::signal;
use crate::clock::Clock;
use crate::config::own::environment;
use crate::config::own::signal::ROOM_REALM;
use crate::config::{Settings, Sources, own};
use crate::keys::{Look, Unseen};

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

/// Whether there is any configuration: a file, or a variable that is a key.
pub fn is_configured(matches: &ArgMatches, variables: &[(String, String)]) -> bool {
    matches.contains_id("config") || variables.iter().any(|(name, _)| environment::is_key(name))
}

impl Bench {
    /// Reads the configuration. Where there is none, the realm of room tokens is that of `vestibule signal`, which is set
    /// up by variables of its own.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(
        matches: &ArgMatches,
        variables: Vec<(String, String)>,
        realm: Option<&str>,
    ) -> Result<Self, String> {
        let plan = match (is_configured(matches, &variables), realm) {
            (false, Some(ROOM_REALM)) => signal::settled(variables).map_err(|why| {
                format!("without --config the realm is the one of `vestibule signal`, and there:\n{why}")
            })?,
            (false, _) => return Err("give the configuration with its realms by --config".into()),
            (true, _) => {
                let file = matches.get_one("config").cloned();
                own::load(&Sources { file, variables, ..Sources::default() })
                    .map_err(|refused| format!("the configuration is wrong:\n{refused}"))?
            }
        };
        let (realms, _) = plan
            .settings
            .realms
            .clone()
            .build()
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        Ok(Self { settings: plan.settings, realms, clock: Clock::start() })
    }

    /// Looks at what a provider publishes, and takes the keys to hand.
    ///
    /// # Errors
    /// Why the keys cannot be had.
    pub fn look(&self, keys: &PublishedKeys) -> Result<Look, Unseen> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Unseen::Nobody(error.to_string()))?;
        let look = runtime.block_on(Look::at(keys.source(), self.clock))?;
        keys.publish(&look.document, self.clock.now().moment);
        Ok(look)
    }
}
