//! Once means once.

use std::future::poll_fn;
use std::task::Poll;

use vestibule_model::UnixSeconds;

use crate::{Store, UsedTokenStore};

const END: UnixSeconds = UnixSeconds(1_060);

async fn uses<S: UsedTokenStore>(store: &S, realm: &str, token: &str) -> bool {
    store.use_token(realm, token, END).await.unwrap()
}

pub async fn the_first_use_of_a_token_is_good_and_no_other<S: Store>(store: &S) {
    assert!(uses(store, "main", "t").await);
    assert!(!uses(store, "main", "t").await);
    assert!(
        !store.use_token("main", "t", UnixSeconds(9_999)).await.unwrap(),
        "whatever its end is said to be"
    );
    assert_eq!(store.used_tokens().await.unwrap(), 1);
}

pub async fn a_token_of_another_realm_is_another_token<S: Store>(store: &S) {
    assert!(uses(store, "main", "t").await);
    assert!(uses(store, "partner", "t").await);
    assert!(uses(store, "main", "T").await, "and so is one that is spelt differently");
}

pub async fn of_many_uses_at_once_exactly_one_is_good<S: Store>(store: &S) {
    let mut waiting: Vec<_> = (0..8).map(|_| Box::pin(uses(store, "main", "t"))).collect();
    let mut good = 0;
    // All are begun before the first is waited for.
    poll_fn(|context| {
        waiting.retain_mut(|use_of_it| match use_of_it.as_mut().poll(context) {
            Poll::Ready(used) => {
                good += usize::from(used);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    assert_eq!(good, 1);
}

pub async fn sweeping_forgets_tokens_whose_end_has_passed<S: Store>(store: &S) {
    store.use_token("main", "early", UnixSeconds(1_000)).await.unwrap();
    store.use_token("main", "late", END).await.unwrap();
    assert_eq!(store.sweep_used_tokens(END).await.unwrap(), 1);
    assert_eq!(store.used_tokens().await.unwrap(), 1);
    assert!(!uses(store, "main", "late").await, "it can still be tried, in its last second");
}

pub async fn the_store_answers_a_ping<S: Store>(store: &S) {
    store.ping().await.unwrap();
}
