//! The server API of a house that runs: where it is, and what it answers.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use reqwest::header::HeaderValue;
use reqwest::{Client, StatusCode, Url};
use serde_json::Value;
use vestibule_auth::Secret;
use vestibule_model::OrganisationId;

use crate::config::{ApiSettings, Sources, own};

/// How long the house may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The largest answer that is read, in bytes: a page of revocations with long notes.
const LARGEST_ANSWER: usize = 16 << 20;

/// Where a house is asked.
#[derive(Debug)]
pub struct Desk {
    url: Url,
    key: Option<Secret>,
    /// Where the key was looked for.
    keys_from: &'static str,
}

/// Where a key can stand when the house is named by its address: its configuration is not read then.
const BY_ADDRESS: &str =
    "--key-file or VESTIBULE_API__KEY; with --organisation, VESTIBULE_API__OPERATOR_KEY, too";

/// And when it is found by its configuration.
const BY_CONFIGURATION: &str =
    "--key-file, VESTIBULE_API__KEY or the configuration; for an organisation, api.keys or api.operator_key";

/// Why nothing was done.
#[derive(Debug)]
pub enum Trouble {
    /// The house understood, and does not do it.
    Refused(String),
    /// Nobody answers, or the house failed.
    NoAnswer(String),
}

impl Desk {
    /// The desk that the command line names, or else the one of the configuration.
    pub fn find(matches: &ArgMatches, sources: &Sources) -> Result<Self, String> {
        let organisation = matches.get_one::<String>("within").map(String::as_str);
        let key = matches.get_one::<PathBuf>("key-file").map(read_key).transpose()?;
        match matches.get_one::<String>("url") {
            Some(url) => {
                let key = key.or_else(|| of_variables(sources, organisation));
                Ok(Self { url: parse(url)?, key, keys_from: BY_ADDRESS })
            }
            None => Self::of_the_configuration(sources, key, organisation),
        }
    }

    fn of_the_configuration(
        sources: &Sources,
        key: Option<Secret>,
        organisation: Option<&str>,
    ) -> Result<Self, String> {
        let plan = own::load(sources).map_err(|refused| {
            format!("{refused}\nsay where the house is with --url, or give its configuration with --config")
        })?;
        let settings = plan.settings;
        if !settings.api.enabled {
            return Err("this house has no server API: api.enabled is false".into());
        }
        let url = format!("http://{}{}", reachable(settings.listen), settings.api.path);
        let key = key.or_else(|| of_settings(settings.api, organisation));
        Ok(Self { url: parse(&url)?, key, keys_from: BY_CONFIGURATION })
    }

    /// Asks, and waits for the result.
    pub fn ask(&self, method: &str, request: &Value) -> Result<Value, Trouble> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Trouble::NoAnswer(error.to_string()))?;
        runtime.block_on(self.ask_now(method, request))
    }

    async fn ask_now(&self, method: &str, request: &Value) -> Result<Value, Trouble> {
        let nobody = |error: reqwest::Error| Trouble::NoAnswer(self.nobody(&error));
        let url = format!("{}/{method}", self.url.as_str().trim_end_matches('/'));
        // A proxy of the surroundings has no business between an operator and his house.
        let client = Client::builder().no_proxy().timeout(PATIENCE).build().map_err(nobody)?;
        let mut call = client.post(url).json(request);
        if let Some(key) = &self.key {
            let unfit = |_| Trouble::Refused("the key of the server API cannot be sent in a header".into());
            let mut key = HeaderValue::from_str(key.reveal().trim()).map_err(unfit)?;
            key.set_sensitive(true);
            call = call.header("X-API-Key", key);
        }
        let mut response = call.send().await.map_err(nobody)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(nobody)? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST_ANSWER {
                return Err(Trouble::NoAnswer(format!("{} answers without end", self.url)));
            }
        }
        self.read(status, &body)
    }

    fn read(&self, status: StatusCode, body: &[u8]) -> Result<Value, Trouble> {
        let url = &self.url;
        match status {
            StatusCode::UNAUTHORIZED if self.key.is_none() => {
                let from = self.keys_from;
                return Err(Trouble::Refused(format!("{url} wants a key; give it with {from}")));
            }
            StatusCode::UNAUTHORIZED => {
                return Err(Trouble::Refused(format!("{url} does not take this key")));
            }
            StatusCode::NOT_FOUND => {
                return Err(Trouble::Refused(format!("there is no server API at {url}")));
            }
            _ => {}
        }
        let not_a_house =
            || Trouble::NoAnswer(format!("{url} answers with status {status}, as no house does"));
        let mut answer: Value = serde_json::from_slice(body).map_err(|_| not_a_house())?;
        if let Some(result) = answer.get_mut("result") {
            return Ok(result.take());
        }
        // With `errors_as_status` the error stands alone.
        let error = answer.get("error").unwrap_or(&answer);
        let (code, message) = (error["code"].as_i64(), error["message"].as_str());
        let (Some(code), Some(message)) = (code, message) else { return Err(not_a_house()) };
        Err(match code {
            INTERNAL => Trouble::NoAnswer(format!("the house failed ({message}); its log says why")),
            FULL => Trouble::NoAnswer(format!("the house is full: {message}")),
            NOT_YOURS => Trouble::Refused(format!(
                "{message}: the key is not for that organisation; another one comes with --key-file or --organisation"
            )),
            _ => Trouble::Refused(message.to_owned()),
        })
    }

    fn nobody(&self, error: &reqwest::Error) -> String {
        let url = &self.url;
        if error.is_timeout() {
            return format!("{url} does not answer within {}s", PATIENCE.as_secs());
        }
        if error.is_connect() {
            return format!("nobody answers at {url}: is the house running there?");
        }
        format!("{url} cannot be asked: {}", error.without_url_text())
    }
}

/// Codes of the server API that are no fault of the caller's.
const INTERNAL: i64 = 100;
const FULL: i64 = 111;

/// The code of the server API for a key that is not for this.
const NOT_YOURS: i64 = 103;

/// What the error says, without the address, which stands before it already.
trait WithoutUrl {
    fn without_url_text(&self) -> String;
}

impl WithoutUrl for reqwest::Error {
    fn without_url_text(&self) -> String {
        let mut text = String::new();
        let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(self);
        while let Some(error) = cause {
            text = error.to_string();
            cause = error.source();
        }
        text
    }
}

/// The key of those settings that is good in that organisation: its own before that of operators. `None`: the usual one.
fn of_settings(mut api: ApiSettings, organisation: Option<&str>) -> Option<Secret> {
    match organisation {
        None => api.key,
        Some(name) => {
            let usual = api.key.filter(|_| name == OrganisationId::DEFAULT);
            api.keys.remove(name).or(usual).or(api.operator_key)
        }
    }
}

/// The key that the variables hold, where there is no configuration.
fn of_variables(sources: &Sources, organisation: Option<&str>) -> Option<Secret> {
    let variable = |wanted: &str| {
        let found = sources.variables.iter().find(|(name, value)| name == wanted && !value.is_empty());
        found.map(|(_, value)| value.clone().into())
    };
    let operator = organisation.and_then(|_| variable("VESTIBULE_API__OPERATOR_KEY"));
    operator.or_else(|| variable("VESTIBULE_API__KEY"))
}

fn read_key(path: &PathBuf) -> Result<Secret, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text.trim().to_owned().into())
}

fn parse(url: &str) -> Result<Url, String> {
    let parsed = Url::parse(url).map_err(|error| format!("{url}: {error}"))?;
    match parsed.scheme() {
        "http" | "https" => Ok(parsed),
        _ => Err(format!("{url}: must begin with http:// or https://")),
    }
}

/// The address at which a house on this machine is reached that listens there: one that listens everywhere listens at
/// the loopback too.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let everywhere = listen.ip().is_unspecified();
    let ip = if everywhere { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    (ip, listen.port()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(key: Option<&str>) -> Desk {
        let url = parse("http://127.0.0.1:8000/api").unwrap();
        Desk { url, key: key.map(|key| key.to_owned().into()), keys_from: BY_ADDRESS }
    }

    fn read(status: u16, body: &str) -> Result<Value, (bool, String)> {
        let answer = desk(Some("k")).read(StatusCode::from_u16(status).unwrap(), body.as_bytes());
        answer.map_err(|trouble| match trouble {
            Trouble::Refused(why) => (true, why),
            Trouble::NoAnswer(why) => (false, why),
        })
    }

    #[test]
    fn a_result_is_what_stands_in_it() {
        assert_eq!(read(200, r#"{"result":{"id":7}}"#), Ok(serde_json::json!({ "id": 7 })));
    }

    #[test]
    fn an_error_is_a_refusal_unless_it_is_the_houses_own() {
        for body in
            [r#"{"error":{"code":107,"message":"say which"}}"#, r#"{"code":107,"message":"say which"}"#]
        {
            assert_eq!(read(200, body), Err((true, "say which".into())), "{body}");
        }
        for code in [100, 111] {
            let (refused, _) =
                read(200, &format!(r#"{{"error":{{"code":{code},"message":"m"}}}}"#)).unwrap_err();
            assert!(!refused, "{code}");
        }
    }

    #[test]
    fn it_is_said_whether_a_key_is_missing_or_wrong() {
        let Err(Trouble::Refused(missing)) = desk(None).read(StatusCode::UNAUTHORIZED, b"") else { panic!() };
        assert!(missing.contains("--key-file"), "{missing}");
        assert!(read(401, "").unwrap_err().1.contains("does not take this key"));
    }

    #[test]
    fn what_is_no_house_is_not_taken_for_one() {
        for (status, body) in [(200, "<html>"), (502, "Bad Gateway"), (200, "{}"), (200, r#"{"error":"x"}"#)]
        {
            assert!(!read(status, body).unwrap_err().0, "{body}");
        }
    }

    #[test]
    fn a_house_that_listens_everywhere_is_reached_at_the_loopback() {
        for (listen, reached) in [
            ("0.0.0.0:8000", "127.0.0.1:8000"),
            ("[::]:8000", "127.0.0.1:8000"),
            ("10.0.0.1:8000", "10.0.0.1:8000"),
            ("[::1]:8000", "[::1]:8000"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), reached);
        }
    }
}
