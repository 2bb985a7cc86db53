//! One fetch, and everything that can be wrong with it.

use std::time::Duration;

use axum::http::{StatusCode, header};
use tokio::net::TcpListener;
use vestibule_auth::jwks::{DiscoveryFault, DocumentFault, KeyAddress, MAX_DOCUMENT_BYTES, Place, Source};
use vestibule_model::Moment;

use super::{Provider, Reply, document, refusing};
use crate::keys::fault::{FetchFault, Missed, Paper};
use crate::keys::fetcher::{Discovered, Fetched, Fetcher};

const NOW: Moment = Moment::from_millis(5_000);

async fn fetch(source: &Source) -> Result<Fetched, FetchFault> {
    fetch_again(source, None, NOW).await
}

async fn fetch_again(source: &Source, known: Option<Discovered>, now: Moment) -> Result<Fetched, FetchFault> {
    missed(source, known, now).await.map_err(|missed| missed.fault)
}

async fn missed(source: &Source, known: Option<Discovered>, now: Moment) -> Result<Fetched, Missed> {
    Fetcher::new(source).expect("a good source").fetch(known, now).await
}

/// How the fetch of that answer ends.
async fn fault(reply: Reply) -> FetchFault {
    let provider = Provider::open().await;
    provider.answers("/keys", reply);
    fetch(&provider.source()).await.expect_err("a fetch that fails")
}

#[tokio::test]
async fn keys_are_fetched_with_what_the_provider_says_about_their_age() {
    let provider = Provider::open().await;
    let reply = Reply::ok(document(&["a", "b"])).with(header::CACHE_CONTROL, "public, max-age=600");
    provider.answers("/keys", reply);
    let fetched = fetch(&provider.source()).await.unwrap();
    assert_eq!(fetched.document.kids().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(fetched.lifetime, Some(Duration::from_secs(600)));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let provider = Provider::of(&["a"]).await;
    let elsewhere = Reply::status(StatusCode::FOUND).with(header::LOCATION, provider.url("/keys"));
    provider.answers("/old", elsewhere);
    let source = Source::new(Place::Keys(provider.address("/old")));
    assert_eq!(fetch(&source).await.unwrap_err(), FetchFault::Redirect(302));
    assert_eq!((provider.requests("/old"), provider.requests("/keys")), (1, 0));
}

#[tokio::test]
async fn a_provider_that_never_answers_is_given_up() {
    // Connections are taken by the system and by nobody else.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let mut source = Source::new(Place::Keys(KeyAddress::parse(&url, false).unwrap()));
    source.timeout = Duration::from_millis(50);
    assert_eq!(fetch(&source).await.unwrap_err(), FetchFault::Timeout);
}

#[tokio::test]
async fn no_more_is_read_than_a_document_may_have() {
    let padded = |length: usize| {
        let document = document(&["a"]);
        format!("{document}{}", " ".repeat(length - document.len()))
    };
    assert_eq!(fault(Reply::ok(padded(MAX_DOCUMENT_BYTES + 1))).await, FetchFault::TooLong);
    let provider = Provider::open().await;
    provider.answers("/keys", Reply::ok(padded(MAX_DOCUMENT_BYTES)));
    assert_eq!(fetch(&provider.source()).await.unwrap().document.len(), 1);
}

#[tokio::test]
async fn what_is_no_answer_or_no_document_is_told_apart() {
    let status = |status| Reply { status, ..Reply::ok(document(&["a"])) };
    assert_eq!(fault(status(StatusCode::NOT_FOUND)).await, FetchFault::Status(404));
    assert_eq!(fault(status(StatusCode::INTERNAL_SERVER_ERROR)).await, FetchFault::Status(500));
    assert_eq!(fault(status(StatusCode::CREATED)).await, FetchFault::Status(201));
    let html = fault(Reply::ok("<html>secret page</html>")).await;
    assert!(matches!(html, FetchFault::Document(DocumentFault::Json(_))), "{html:?}");
    assert!(!html.to_string().contains("secret"), "what was answered is told to nobody");
    assert_eq!(fault(Reply::ok("{}")).await, FetchFault::Document(DocumentFault::NoKeys));
}

#[tokio::test]
async fn a_connection_that_is_refused_says_so() {
    let fault = fetch(&refusing().await).await.unwrap_err();
    assert!(matches!(&fault, FetchFault::Connection(why) if why.contains("refused")), "{fault:?}");
    assert!(!fault.to_string().contains("127.0.0.1:"), "{fault}");
}

#[tokio::test]
async fn a_proxy_is_used_when_it_is_named() {
    let proxy = Provider::of(&["through the proxy"]).await;
    let mut source = refusing().await;
    source.proxy = Some(proxy.url("").into());
    let fetched = fetch(&source).await.unwrap();
    assert_eq!(fetched.document.kids().collect::<Vec<_>>(), ["through the proxy"]);
}

fn discovery(provider: &Provider, issuer: &str) -> Source {
    let jwks_uri = provider.url("/keys");
    provider.answers("/discovery", Reply::ok(format!(r#"{{"issuer":"{issuer}","jwks_uri":"{jwks_uri}"}}"#)));
    let issuers = vec!["https://id.example".into()];
    Source::new(Place::Discovery { address: provider.address("/discovery"), issuers })
}

#[tokio::test]
async fn a_discovery_document_leads_to_the_keys_and_is_remembered_for_an_hour() {
    let provider = Provider::of(&["a"]).await;
    let source = discovery(&provider, "https://id.example");
    let first = fetch(&source).await.unwrap();
    let soon = NOW + Duration::from_secs(3599);
    let second = fetch_again(&source, first.discovered, soon).await.unwrap();
    assert_eq!((provider.requests("/discovery"), provider.requests("/keys")), (1, 2));
    let third = fetch_again(&source, second.discovered, NOW + Duration::from_secs(3600)).await.unwrap();
    assert_eq!((third.document.len(), provider.requests("/discovery")), (1, 2));
}

#[tokio::test]
async fn a_discovery_document_of_another_issuer_leads_nowhere() {
    let provider = Provider::of(&["a"]).await;
    let source = discovery(&provider, "https://id.example/");
    let (said, known) = ("https://id.example/".into(), vec!["https://id.example".into()]);
    let fault = FetchFault::Discovery(DiscoveryFault::Issuer { said, known });
    assert_eq!(fetch(&source).await.unwrap_err(), fault);
    assert_eq!(provider.requests("/keys"), 0);
}

#[tokio::test]
async fn what_could_not_be_had_is_named_with_where_it_was_asked_for() {
    let provider = Provider::open().await;
    let source = discovery(&provider, "https://id.example");
    let keys = missed(&source, None, NOW).await.unwrap_err();
    assert_eq!((keys.paper, keys.address), (Paper::Keys, provider.url("/keys")));
    provider.answers("/discovery", Reply::status(StatusCode::NOT_FOUND));
    let discovery = missed(&source, None, NOW).await.unwrap_err();
    assert_eq!((discovery.paper, discovery.address), (Paper::Discovery, provider.url("/discovery")));
    let source = Source::new(Place::Keys(provider.address("/keys?apikey=do-not-print-me")));
    assert_eq!(missed(&source, None, NOW).await.unwrap_err().address, provider.url("/keys"));
}
