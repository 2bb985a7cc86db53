//! One fetch of a realm's keys, with its bounds: in time, in size, and never somewhere else.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CACHE_CONTROL, DATE};
use reqwest::redirect::Policy;
use reqwest::tls::Certificate;
use reqwest::{Client, Proxy, Response, StatusCode};
use vestibule_auth::jwks::{KeyAddress, KeyDocument, MAX_DOCUMENT_BYTES, Place, Source, jwks_uri, lifetime};
use vestibule_model::{Moment, UnixSeconds};

use super::fault::{FetchFault, Missed, Paper, causes};

/// How the house calls itself.
const USER_AGENT: &str = concat!("vestibule/", env!("CARGO_PKG_VERSION"));

/// How long the address that a discovery document names is used without another look; a failure ends it at once.
const DISCOVERY_REMEMBERED: Duration = Duration::from_secs(3600);

/// Fetches the keys of one realm.
pub struct Fetcher {
    client: Client,
    source: Source,
}

/// What a good fetch brought.
#[derive(Debug)]
pub struct Fetched {
    /// The keys.
    pub document: KeyDocument,
    /// How long they are good, as the provider says.
    pub lifetime: Option<Duration>,
    /// The address that the discovery document named.
    pub discovered: Option<Discovered>,
    /// What time it was for the provider, if he says so.
    pub provider_time: Option<UnixSeconds>,
}

/// An address of keys, and when a discovery document named it.
#[derive(Clone, Debug)]
pub struct Discovered {
    address: KeyAddress,
    at: Moment,
}

/// Why there can be no fetcher.
#[derive(Debug)]
pub enum Unusable {
    /// The authorities hold no certificate: nobody could be believed.
    NoCertificate,
    /// The certificates, the proxy, or the system's own authorities make no sense.
    Client(reqwest::Error),
}

impl Fetcher {
    /// A fetcher with connections of its own: certificates and proxies are a realm's own affair, and the environment's
    /// proxies are nobody's.
    pub fn new(source: &Source) -> Result<Arc<Self>, Unusable> {
        let mut client = Client::builder()
            .user_agent(USER_AGENT)
            .timeout(source.timeout)
            .redirect(Policy::none())
            .no_proxy()
            // Fetches are minutes apart.
            .pool_max_idle_per_host(0);
        if let Some(authorities) = &source.authorities {
            let certificates = Certificate::from_pem_bundle(authorities.as_bytes())?;
            if certificates.is_empty() {
                return Err(Unusable::NoCertificate);
            }
            client = client.tls_certs_only(certificates);
        }
        if let Some(proxy) = &source.proxy {
            client = client.proxy(Proxy::all(proxy.reveal())?);
        }
        Ok(Arc::new(Self { client: client.build()?, source: source.clone() }))
    }

    /// Fetches the keys now. `known` is what an earlier fetch discovered.
    pub async fn fetch(&self, known: Option<Discovered>, now: Moment) -> Result<Fetched, Missed> {
        let discovered = match &self.source.place {
            Place::Keys(_) => None,
            Place::Discovery { address, issuers } => match known {
                Some(known) if now.since(known.at) < DISCOVERY_REMEMBERED => Some(known),
                _ => {
                    let found = self.discover(address, issuers).await;
                    let found = found.map_err(|fault| Missed::new(Paper::Discovery, address, fault))?;
                    Some(Discovered { address: found, at: now })
                }
            },
        };
        let address = match (&self.source.place, &discovered) {
            (_, Some(discovered)) => &discovered.address,
            (place, None) => place.address(),
        };
        let fetched = self.keys(address).await.map_err(|fault| Missed::new(Paper::Keys, address, fault))?;
        Ok(Fetched { discovered, ..fetched })
    }

    async fn keys(&self, address: &KeyAddress) -> Result<Fetched, FetchFault> {
        let response = self.get(address).await?;
        let header = response.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok());
        let lifetime = header.and_then(lifetime);
        let provider_time = response.headers().get(DATE).and_then(|value| time_of(value.to_str().ok()?));
        let document = KeyDocument::read(&body(response).await?).map_err(FetchFault::Document)?;
        Ok(Fetched { document, lifetime, discovered: None, provider_time })
    }

    async fn discover(&self, address: &KeyAddress, issuers: &[String]) -> Result<KeyAddress, FetchFault> {
        let document = body(self.get(address).await?).await?;
        let unencrypted = self.source.allow_unencrypted_keys_from_the_network;
        jwks_uri(&document, address, issuers, unencrypted).map_err(FetchFault::Discovery)
    }

    async fn get(&self, address: &KeyAddress) -> Result<Response, FetchFault> {
        let request =
            self.client.get(address.as_str()).header(ACCEPT, "application/json, application/jwk-set+json");
        let response = request.send().await?;
        match response.status() {
            StatusCode::OK => Ok(response),
            status if status.is_redirection() => Err(FetchFault::Redirect(status.as_u16())),
            status => Err(FetchFault::Status(status.as_u16())),
        }
    }
}

/// Reads no more than a document may have, whatever the head of the answer says.
async fn body(mut response: Response) -> Result<Vec<u8>, FetchFault> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_DOCUMENT_BYTES {
            return Err(FetchFault::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The time of a `Date` header (RFC 9110, 5.6.7).
fn time_of(header: &str) -> Option<UnixSeconds> {
    let time = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?;
    Some(UnixSeconds(time.as_second()))
}

impl Discovered {
    /// The address.
    pub fn address(&self) -> &KeyAddress {
        &self.address
    }
}

impl From<reqwest::Error> for Unusable {
    fn from(error: reqwest::Error) -> Self {
        // A proxy's address may hold a password.
        Self::Client(error.without_url())
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("there is no certificate among the authorities"),
            Self::Client(error) => f.write_str(&causes(error)),
        }
    }
}
