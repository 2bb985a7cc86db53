//! Things to do that may take a while, but mostly do not.

use std::pin::Pin;
use std::task::{Context, Waker};

use super::Steward;

/// Something to do that waits for something.
pub type Errand = Pin<Box<dyn Future<Output = ()>>>;

/// Goes on with an errand beside the worker that began it.
pub type Spawn = fn(Errand);

impl Steward {
    /// Does an errand as far as it goes at once, which is to the end with an embedded broker and keys at hand, and
    /// hands on the rest.
    pub fn run(&self, errand: impl Future<Output = ()> + 'static) {
        let mut errand: Errand = Box::pin(errand);
        // A future that is not ready keeps the waker of its last poll, so whoever goes on with it is woken.
        if errand.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            (self.0.spawn)(errand);
        }
    }
}
