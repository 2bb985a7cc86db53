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
    organisation: OrganisationId,
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
        Self { admission, organisation: organisations::of_callers() }
    }

    /// Whether the caller has shown the key: in `X-API-Key`, as `Authorization: apikey`, or as `api_key` in the
    /// query. The first of them that is there counts.
    pub fn lets_in(&self, head: &Parts) -> bool {
        match &self.admission {
            Admission::Anybody => true,
            Admission::Nobody => false,
            Admission::Bearer(key) => shown(head, |shown| bool::from(shown.ct_eq(key.reveal().as_bytes()))),
        }
    }

    /// The tenant of everybody who was let in.
    pub fn organisation(&self) -> &OrganisationId {
        &self.organisation
    }
}

fn shown(head: &Parts, is_right: impl Fn(&[u8]) -> bool) -> bool {
    if let Some(key) = head.headers.get("x-api-key") {
        return is_right(key.as_bytes());
    }
    if let Some(authorization) = head.headers.get(AUTHORIZATION) {
        return in_authorization(authorization.as_bytes()).is_some_and(is_right);
    }
    let query = Query::<InQuery>::try_from_uri(&head.uri).ok();
    query.and_then(|Query(query)| query.api_key).is_some_and(|key| is_right(key.as_bytes()))
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
            insecure,
            errors_as_status: false,
            body_size: 1 << 20,
            batch_size: 1000,
        }
    }

    fn lets_in(key: Option<&str>, uri: &str, header: Option<(&str, &str)>) -> bool {
        let mut request = Request::builder().uri(uri);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        Keeper::new(&settings(key, false)).lets_in(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn the_key_may_be_in_either_header_or_in_the_query() {
        for header in [("X-API-Key", "K"), ("Authorization", "apikey K"), ("Authorization", "ApiKey K")] {
            assert!(lets_in(Some("K"), "/api/info", Some(header)), "{header:?}");
        }
        assert!(lets_in(Some("K+"), "/api/info?a=b&api_key=K%2B", None));
    }

    #[test]
    fn a_wrong_key_or_none_lets_nobody_in() {
        for header in
            [("X-API-Key", "k"), ("Authorization", "Bearer K"), ("Authorization", "apikey"), ("X-Other", "K")]
        {
            assert!(!lets_in(Some("K"), "/api/info", Some(header)), "{header:?}");
        }
        assert!(!lets_in(Some("K"), "/api/info?api_key=", None));
        assert!(!lets_in(Some("K"), "/api/info", None));
    }

    #[test]
    fn a_wrong_key_in_a_header_is_not_made_good_by_the_query() {
        assert!(!lets_in(Some("K"), "/api/info?api_key=K", Some(("X-API-Key", "k"))));
    }

    #[test]
    fn without_a_key_nobody_can_call_not_even_with_an_empty_one() {
        for key in [None, Some("")] {
            assert!(!lets_in(key, "/api/info?api_key=", None));
            assert!(!lets_in(key, "/api/info", Some(("X-API-Key", ""))));
        }
    }

    #[test]
    fn an_insecure_api_is_open_to_anybody() {
        let head = Request::builder().uri("/api/info").body(()).unwrap().into_parts().0;
        assert!(Keeper::new(&settings(None, true)).lets_in(&head));
    }
}
