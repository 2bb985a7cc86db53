//! Who may call, and for whom.

use axum::extract::Query;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use vestibule_auth::Secret;
use vestibule_model::OrganisationId;

use super::read::Text;
use super::reply::Refusal;
use super::request::Request;
use super::revocations::name;
use crate::api::{ApiSettings, organisations};

/// Checks the keys of callers.
pub struct Keeper {
    admission: Admission,
    /// What callers may do who show the key of the default organisation, or none where none is needed.
    default: Mandate,
    /// Other keys.
    others: Vec<(Secret, Mandate)>,
}

/// What a caller may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mandate {
    /// Everything in this organisation, and nothing in another.
    Of(OrganisationId),
    /// What concerns the life of sessions, in any organisation: each request says in which.
    Operator,
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
        let of = |name: &str| Mandate::Of(organisations::of_callers(name));
        let tenants = settings.keys.iter().map(|(name, key)| (key.clone(), of(name)));
        let operator = settings.operator_key.iter().map(|key| (key.clone(), Mandate::Operator));
        let others = tenants.chain(operator).filter(|(key, _)| !key.reveal().is_empty());
        Self { admission, default: of(OrganisationId::DEFAULT), others: others.collect() }
    }

    /// What the caller may do, if he has shown a key: in `X-API-Key`, as `Authorization: apikey`, or as `api_key` in
    /// the query. The first of them that is there counts.
    pub fn lets_in(&self, head: &Parts) -> Option<&Mandate> {
        let is = |key: &Secret, shown: &[u8]| bool::from(shown.ct_eq(key.reveal().as_bytes()));
        shown(head, |shown| {
            // All are compared, so that the time tells nothing about which one came near.
            let mut found = match &self.admission {
                Admission::Bearer(key) if is(key, shown) => Some(&self.default),
                _ => None,
            };
            for (key, mandate) in &self.others {
                if is(key, shown) {
                    found = Some(mandate);
                }
            }
            found
        })
        .or_else(|| matches!(self.admission, Admission::Anybody).then_some(&self.default))
    }
}

impl Mandate {
    /// In which organisation the request is done.
    ///
    /// # Errors
    /// When he may not ask for it, or does not say in which.
    pub fn organisation(&self, request: &Request<'_>) -> Result<OrganisationId, Refusal> {
        let named = request.organisation().map(Text::said);
        match (self, named) {
            (Self::Of(own), None | Some(None)) => Ok(own.clone()),
            (Self::Of(own), Some(Some(name))) if name == own.as_str() => Ok(own.clone()),
            (Self::Of(_), Some(Some(_))) => Err(Refusal::NOT_YOURS),
            (Self::Operator, Some(Some(wanted))) => Ok(organisations::of_an_operators_wish(name(wanted)?)),
            (Self::Operator, Some(None)) => Err(Refusal::bad_request("say in which organisation: in")),
            (Self::Operator, None) => Err(Refusal::NOT_YOURS),
        }
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
    use axum::http::Request as HttpRequest;

    fn settings(key: Option<&str>, insecure: bool) -> ApiSettings {
        ApiSettings {
            enabled: true,
            path: "/api".into(),
            key: key.map(|key| key.to_owned().into()),
            keys: [("acme".to_owned(), Secret::from("A")), ("careless".to_owned(), Secret::from(""))].into(),
            operator_key: Some(Secret::from("O")),
            insecure,
            errors_as_status: false,
            body_size: 1 << 20,
            batch_size: 1000,
        }
    }

    fn admits(key: Option<&str>, uri: &str, header: Option<(&str, &str)>) -> bool {
        let mut request = HttpRequest::builder().uri(uri);
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
        let head = HttpRequest::builder().uri("/api/info").body(()).unwrap().into_parts().0;
        assert!(Keeper::new(&settings(None, true)).lets_in(&head).is_some());
    }

    #[test]
    fn the_key_says_for_whom_its_caller_acts() {
        let keeper = Keeper::new(&settings(Some("K"), false));
        let mandate = |key: &str| {
            let head = HttpRequest::builder().header("X-API-Key", key).body(()).unwrap().into_parts().0;
            keeper.lets_in(&head).cloned()
        };
        let of = |name| Some(Mandate::Of(organisations::of_callers(name)));
        assert_eq!(mandate("K"), of("default"));
        assert_eq!(mandate("A"), of("acme"));
        assert_eq!(mandate("O"), Some(Mandate::Operator));
        assert_eq!((mandate("B"), mandate("")), (None, None));
    }
}
