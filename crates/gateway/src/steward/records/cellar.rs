//! The store, from any thread: what is asked of it is done in the back office, to its end, even if the asker goes.

use tokio::runtime::Handle;
use vestibule_store::{AnyStore, StoreError};

/// The way to the store, if there is one.
pub(super) struct Cellar(Option<(AnyStore, Handle)>);

impl Cellar {
    pub(super) fn new(store: AnyStore, office: Handle) -> Self {
        Self(Some((store, office)))
    }

    pub(super) fn none() -> Self {
        Self(None)
    }

    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Asks the store.
    pub(super) async fn ask<T, A>(&self, question: impl FnOnce(AnyStore) -> A) -> Result<T, StoreError>
    where
        T: Send + 'static,
        A: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let Some((store, office)) = &self.0 else {
            return Err(StoreError::Unavailable("there is none".into()));
        };
        match office.spawn(question(store.clone())).await {
            Ok(answer) => answer,
            Err(ended) if ended.is_panic() => {
                Err(StoreError::Unavailable("a bug, which the log shows".into()))
            }
            Err(_) => Err(StoreError::Unavailable("the house closes".into())),
        }
    }

    pub(super) async fn close(&self) {
        if let Some((store, _)) = &self.0 {
            store.close().await;
        }
    }
}
