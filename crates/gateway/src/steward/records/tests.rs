//! Records over a real store.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::timeout;
use vestibule_model::{Credential, Moment, OrganisationId, Revocation, Revoked, UserId};
use vestibule_store::KeptRevocation;

use super::*;

const NOW: UnixSeconds = UnixSeconds(1_000);

async fn records(limit: usize) -> Records {
    Records::open(&Location::Memory, limit, Handle::current(), NOW).await.unwrap()
}

fn acme() -> OrganisationId {
    OrganisationId::from_verified("acme")
}

fn block(user: &str) -> KeptRevocation {
    let revocation = Revocation {
        organisation: acme(),
        what: Revoked::User(UserId::new(user)),
        until: UnixSeconds(2_000),
    };
    KeptRevocation { revocation, made: NOW, by: None, note: None }
}

fn is_revoked(records: &Records, user: &str) -> bool {
    records.revocations().find(&acme(), &UserId::new(user), &Credential::default(), NOW).is_some()
}

#[tokio::test]
async fn who_is_told_finds_it_in_the_index() {
    let records = records(10).await;
    let (teller, (told, hears)) = (records.clone(), tokio::sync::oneshot::channel());
    let tell = Box::new(move |_| told.send(is_revoked(&teller, "bob")).expect("somebody listens"));
    records.revoke(block("bob"), tell).await.unwrap();
    assert!(hears.await.unwrap());
}

#[tokio::test]
async fn what_was_begun_is_done_even_if_the_caller_goes() {
    let records = records(10).await;
    let (told, hears) = tokio::sync::oneshot::channel();
    {
        let mut revoking =
            Box::pin(records.revoke(block("bob"), Box::new(|_| told.send(()).expect("somebody listens"))));
        let once = std::future::poll_fn(|context| {
            std::task::Poll::Ready(revoking.as_mut().poll(context).is_ready())
        });
        assert!(!once.await, "a store takes its time");
    }
    timeout(Duration::from_secs(10), hears).await.unwrap().unwrap();
    assert!(is_revoked(&records, "bob"));
    assert_eq!(records.list(&acme(), None, 10, NOW).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_revocation_is_taken_back_by_its_id_or_by_what_it_says() {
    let records = records(10).await;
    let id = records.revoke(block("bob"), Box::new(|_| {})).await.unwrap();
    records.revoke(block("eve"), Box::new(|_| {})).await.unwrap();
    assert!(records.take_back(&acme(), id).await.unwrap());
    assert!(!records.take_back(&acme(), id).await.unwrap());
    assert!(!is_revoked(&records, "bob") && is_revoked(&records, "eve"));
    assert!(records.lift(&acme(), Revoked::User(UserId::new("eve"))).await.unwrap());
    assert!(records.revocations().is_empty());
}

#[tokio::test]
async fn one_too_many_is_refused_and_changes_nothing() {
    let records = records(1).await;
    records.revoke(block("bob"), Box::new(|_| {})).await.unwrap();
    let refused = records.revoke(block("eve"), Box::new(|_| unreachable!("nobody is told"))).await;
    assert!(matches!(refused, Err(NotDone::Full)));
    assert_eq!(records.list(&acme(), None, 10, NOW).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_full_house_can_still_change_what_it_holds() {
    let records = records(1).await;
    let id = records.revoke(block("bob"), Box::new(|_| {})).await.unwrap();
    let mut longer = block("bob");
    longer.revocation.until = UnixSeconds(3_000);
    assert_eq!(records.revoke(longer, Box::new(|_| {})).await.unwrap(), id);
    let listed = records.list(&acme(), None, 10, NOW).await.unwrap();
    assert_eq!(listed[0].revocation.revocation.until, UnixSeconds(3_000));
}

#[tokio::test]
async fn the_store_is_tried_anew_when_the_last_answer_is_a_second_old() {
    let records = records(10).await;
    let ping = async |millis| records.ping(Moment::from_millis(millis)).await.is_ok();
    assert!(ping(0).await);
    records.close().await;
    assert!(ping(999).await, "the answer of before");
    assert!(!ping(1_000).await);
    assert!(!ping(1_001).await);
}

#[tokio::test]
async fn nothing_is_revoked_that_the_store_does_not_keep() {
    let records = records(10).await;
    records.close().await;
    let refused = records.revoke(block("bob"), Box::new(|_| unreachable!("nobody is told"))).await;
    assert!(matches!(refused, Err(NotDone::Store(_))));
    assert!(!is_revoked(&records, "bob"));
}

#[tokio::test]
async fn of_many_who_use_a_token_at_once_one_is_first() {
    let records = records(10).await;
    let first = AtomicUsize::new(0);
    let using = || async {
        let used = records.use_once("main", "t", UnixSeconds(2_000)).await.unwrap();
        first.fetch_add(usize::from(used), Ordering::Relaxed);
    };
    tokio::join!(using(), using(), using(), using());
    assert_eq!(first.into_inner(), 1);
}

#[tokio::test]
async fn a_token_is_not_taken_when_it_cannot_be_told_whether_it_was_used() {
    let records = records(10).await;
    records.close().await;
    assert!(records.use_once("main", "t", UnixSeconds(2_000)).await.is_err());
    assert!(Records::without_a_store().use_once("main", "t", UnixSeconds(2_000)).await.is_err());
}

#[tokio::test]
async fn used_tokens_beyond_the_bound_are_refused_until_others_have_run_out() {
    let records = records(10).await;
    assert!(records.use_once("main", "t", NOW).await.unwrap());
    records.0.used.0.store(once::MOST_USED_TOKENS, Ordering::Relaxed);
    assert!(records.use_once("main", "u", UnixSeconds(2_000)).await.is_err());
    records.sweep(UnixSeconds(NOW.0 + 1)).await.unwrap();
    assert!(records.use_once("main", "u", UnixSeconds(2_000)).await.unwrap());
}
