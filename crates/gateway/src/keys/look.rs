//! One look at what a provider publishes, for an operator who wants to know.

use std::fmt;
use std::time::Duration;

use vestibule_auth::jwks::{KeyDocument, Place, Source};
use vestibule_model::UnixSeconds;

use super::fault::Missed;
use super::fetcher::Fetcher;
use crate::clock::Clock;

/// What was seen.
#[derive(Debug)]
pub struct Look {
    /// The discovery document that named the address, if one did.
    pub discovery: Option<String>,
    /// Where the keys are.
    pub address: String,
    /// The keys.
    pub document: KeyDocument,
    /// How long they are good, as the provider says.
    pub lifetime: Option<Duration>,
    /// What time it was for the provider, if he says so.
    pub provider_time: Option<UnixSeconds>,
    /// How long it took.
    pub took: Duration,
}

/// Why there is nothing to see.
#[derive(Debug)]
pub enum Unseen {
    /// Nobody can be asked, as things are here.
    Nobody(String),
    /// A document cannot be had.
    Missed(Missed),
}

impl Look {
    /// Looks now, in the way in which the house will.
    ///
    /// # Errors
    /// Why there is nothing to see.
    pub async fn at(source: &Source, clock: Clock) -> Result<Self, Unseen> {
        let fetcher = Fetcher::new(source).map_err(|why| Unseen::Nobody(why.to_string()))?;
        let began = clock.now().moment;
        let fetched = fetcher.fetch(None, began).await.map_err(Unseen::Missed)?;
        let address = match &fetched.discovered {
            Some(discovered) => discovered.address(),
            None => source.place.address(),
        };
        let discovery = match &source.place {
            Place::Keys(_) => None,
            Place::Discovery { address, .. } => Some(address.as_str().to_owned()),
        };
        Ok(Self {
            discovery,
            address: address.as_str().to_owned(),
            document: fetched.document,
            lifetime: fetched.lifetime,
            provider_time: fetched.provider_time,
            took: clock.now().moment.since(began),
        })
    }
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody(why) => f.write_str(why),
            Self::Missed(missed) => missed.fault.fmt(f),
        }
    }
}
