//! Where the keys of a realm are, and how often they are looked at.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::KeyAddress;
use crate::Secret;

/// Where the keys of a realm are, and how they are reached.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where they are.
    pub place: Place,
    /// FOR NETWORKS OF ONE'S OWN ALONE: a discovery document may name an `http` address on another machine. Whoever
    /// sits in between can then be anybody.
    pub allow_unencrypted_keys_from_the_network: bool,
    /// Certificates, as PEM, of the authorities that are believed instead of the public ones.
    pub authorities: Option<String>,
    /// The address of a proxy. None is used that is not named here; it may hold a password.
    pub proxy: Option<Secret>,
    /// How long each request may take, from the connection to the last byte.
    pub timeout: Duration,
}

/// Where keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the document at that address.
    Keys(KeyAddress),
    /// In the document that a discovery document names.
    Discovery {
        /// Where the discovery document is.
        address: KeyAddress,
        /// What it may call its issuer, byte for byte.
        issuers: Vec<String>,
    },
}

/// How often keys are looked at, and how long they are good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often, when the provider does not say: from [`SHORTEST`](Self::SHORTEST) to [`LONGEST`](Self::LONGEST).
    pub refresh: Duration,
    /// For so long after one fetch for an unknown key there is no other: from 10 s to 30 s.
    pub cooldown: Duration,
    /// For so long the keys that were fetched last are good while nothing can be fetched.
    pub stale: Duration,
}

impl Place {
    /// What is asked first: the document of the keys, or the one that says where it is.
    pub const fn address(&self) -> &KeyAddress {
        match self {
            Self::Keys(address) | Self::Discovery { address, .. } => address,
        }
    }
}

impl Source {
    /// Keys at that place, reached as usual.
    pub fn new(place: Place) -> Self {
        Self {
            place,
            allow_unencrypted_keys_from_the_network: false,
            authorities: None,
            proxy: None,
            timeout: Self::TIMEOUT,
        }
    }

    /// The longest that a fetch can take: where a discovery document comes first, it is two requests.
    pub fn longest_fetch(&self) -> Duration {
        let requests = match self.place {
            Place::Keys(_) => 1,
            Place::Discovery { .. } => 2,
        };
        self.timeout * requests
    }

    /// How long a request may take unless somebody says otherwise: a provider that hangs must not hold connections.
    pub const TIMEOUT: Duration = Duration::from_secs(2);
    /// How long a request may be allowed to take.
    pub const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(10);
}

impl Policy {
    /// Keys are looked at no more often, whatever the provider says: some say `no-cache`.
    pub const SHORTEST: Duration = Duration::from_secs(60);
    /// Keys are looked at no less often, so that one that was withdrawn is gone in time.
    pub const LONGEST: Duration = Duration::from_secs(600);
    /// How long the pause after a fetch for an unknown key may be.
    pub const COOLDOWNS: RangeInclusive<Duration> = Duration::from_secs(10)..=Duration::from_secs(30);
    /// Keys that could not be looked at for longer are trusted by nobody.
    pub const LONGEST_STALE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    /// Between two tries while nothing can be fetched there is never more than this.
    pub const LONGEST_RETRY: Duration = Duration::from_secs(60);
    /// After the first failure the next try comes so soon; then twice as late each time.
    pub const FIRST_RETRY: Duration = Duration::from_secs(1);
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            refresh: Duration::from_secs(300),
            cooldown: Duration::from_secs(10),
            stale: Duration::from_secs(24 * 60 * 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fetch_by_way_of_a_discovery_document_may_take_two_requests() {
        let address = || KeyAddress::parse("https://id.example/keys", false).expect("an address");
        let keys = Source::new(Place::Keys(address()));
        assert_eq!(keys.longest_fetch(), Duration::from_secs(2));
        let discovery = Source::new(Place::Discovery { address: address(), issuers: Vec::new() });
        assert_eq!(discovery.longest_fetch(), Duration::from_secs(4));
    }
}
