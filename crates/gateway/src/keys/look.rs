//! One look at what a provider publishes, for an operator who wants to know.

use std::time::Duration;

use vestibule_auth::jwks::{KeyDocument, Place, Source};
use vestibule_model::UnixSeconds;

use super::fetcher::Fetcher;
use crate::clock::Clock;

/// What was seen.
#[derive(Debug)]
pub struct Look {
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

impl Look {
    /// Looks now, in the way in which the house will.
    ///
    /// # Errors
    /// Why there is nothing to see, in words.
    pub async fn at(source: &Source, clock: Clock) -> Result<Self, String> {
        let fetcher = Fetcher::new(source).map_err(|why| why.to_string())?;
        let began = clock.now().moment;
        let fetched = fetcher.fetch(None, began).await.map_err(|fault| fault.to_string())?;
        let address = match (&fetched.discovered, &source.place) {
            (Some(discovered), _) => discovered.address(),
            (None, Place::Keys(address) | Place::Discovery { address, .. }) => address,
        };
        Ok(Self {
            address: address.as_str().to_owned(),
            document: fetched.document,
            lifetime: fetched.lifetime,
            provider_time: fetched.provider_time,
            took: clock.now().moment.since(began),
        })
    }
}
