//! Who may call.

use axum::extract::Query;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use vestibule_auth::Secret;
use vestibule_model::OrganisationId;

use crate::api::{ApiSettings, organisations};

/// Checks the keys of callers.
pub struct Keeper {
    admission: Admission,
    /// For whom callers act who show no key of another organisation.
    organisation: OrganisationId,
    /// Keys of other organisations.
    others: Vec<(Secret, OrganisationId)>,
}

enum Admission {
    Anybody,
    Nobody,
    Bearer(Secret),
}

#[derive(Deserialize)]
struct InQuery {
    api_key: Option<String>,
}

impl Keeper {
    /// The keeper that the operator wants.
    pub fn new(settings: &ApiSettings) -> Self {
        let admission = match &settings.key {
            _ if settings.insecure => Admission::Anybody,
            Some(key) if !key.reveal().is_empty() => Admission::Bearer(key.clone()),
            _ => Admission::Nobody,
        };
        let other = |(name, key): (&String, &Secret)| (key.clone(), organisations::of_callers(name));
        Self {
            admission,
            organisation: organisations::of_callers(OrganisationId::DEFAULT),
            others: settings.keys.iter().map(other).collect(),
        }
    }

    /// For whom the caller acts, if he has shown a key: in `X-API-Key`, as `Authorization: apikey`, or as `api_key` in
    /// the query. The first of them that is there counts.
    pub fn lets_in(&self, head: &Parts) -> Option<&OrganisationId> {
        let is = |key: &Secret, shown: &[u8]| bool::from(shown.ct_eq(key.reveal().as_bytes()));
        shown(head, |shown| {
            // All are compared, so that the time tells nothing about which one came near.
            let mut found = match &self.admission {
                Admission::Bearer(key) if is(key, shown) => Some(&self.organisation),
                _ => None,
            };
            for (key, organisation) in &self.others {
                if is(key, shown) {
                    found = Some(organisation);
                }
            }
            found
        })
        .or_else(|| matches!(self.admission, Admission::Anybody).then_some(&self.organisation))
    }
}

fn shown<T>(head: &Parts, whose: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    if let Some(key) = head.headers.get("x-api-key") {
        return whose(key.as_bytes());
    }
    if let Some(authorization) = head.headers.get(AUTHORIZATION) {
        return in_authorization(authorization.as_bytes()).and_then(whose);
    }
    let query = Query::<InQuery>::try_from_uri(&head.uri).ok();
    query.and_then(|Query(query)| query.api_key).and_then(|key| whose(key.as_bytes()))
}

fn in_authorization(value: &[u8]) -> Option<&[u8]> {
    let (scheme, key) = value.split_at_checked(b"apikey ".len())?;
    scheme.eq_ignore_ascii_case(b"apikey ").then(|| key.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn settings(key: Option<&str>, insecure: bool) -> ApiSettings {
        ApiSettings {
            enabled: true,
            path: "/api".into(),
            key: key.map(|key| key.to_owned().into()),
            keys: [("acme".to_owned(), Secret::from("A"))].into(),
            insecure,
            errors_as_status: false,
            body_size: 1 << 20,
            batch_size: 1000,
        }
    }

    fn admits(key: Option<&str>, uri: &str, header: Option<(&str, &str)>) -> bool {
        let mut request = Request::builder().uri(uri);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        Keeper::new(&settings(key, false)).lets_in(&request.body(()).unwrap().into_parts().0).is_some()
    }

    #[test]
    fn the_key_may_be_in_either_header_or_in_the_query() {
        for header in [("X-API-Key", "K"), ("Authorization", "apikey K"), ("Authorization", "ApiKey K")] {
            assert!(admits(Some("K"), "/api/info", Some(header)), "{header:?}");
        }
        assert!(admits(Some("K+"), "/api/info?a=b&api_key=K%2B", None));
    }

    #[test]
    fn a_wrong_key_or_none_lets_nobody_in() {
        for header in
            [("X-API-Key", "k"), ("Authorization", "Bearer K"), ("Authorization", "apikey"), ("X-Other", "K")]
        {
            assert!(!admits(Some("K"), "/api/info", Some(header)), "{header:?}");
        }
        assert!(!admits(Some("K"), "/api/info?api_key=", None));
        assert!(!admits(Some("K"), "/api/info", None));
    }

    #[test]
    fn a_wrong_key_in_a_header_is_not_made_good_by_the_query() {
        assert!(!admits(Some("K"), "/api/info?api_key=K", Some(("X-API-Key", "k"))));
    }

    #[test]
    fn without_a_key_nobody_can_call_not_even_with_an_empty_one() {
        for key in [None, Some("")] {
            assert!(!admits(key, "/api/info?api_key=", None));
            assert!(!admits(key, "/api/info", Some(("X-API-Key", ""))));
        }
    }

    #[test]
    fn an_insecure_api_is_open_to_anybody() {
        let head = Request::builder().uri("/api/info").body(()).unwrap().into_parts().0;
        assert!(Keeper::new(&settings(None, true)).lets_in(&head).is_some());
    }

    #[test]
    fn the_key_says_for_whom_its_caller_acts() {
        let keeper = Keeper::new(&settings(Some("K"), false));
        let organisation = |key: &str| {
            let head = Request::builder().header("X-API-Key", key).body(()).unwrap().into_parts().0;
            keeper.lets_in(&head).map(|organisation| organisation.as_str().to_owned())
        };
        assert_eq!(organisation("K").as_deref(), Some("default"));
        assert_eq!(organisation("A").as_deref(), Some("acme"));
        assert_eq!(organisation("B"), None);
    }
}
