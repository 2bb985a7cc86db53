//! The back office: a small runtime beside the workers for whatever would hold them up.
//!
//! Workers never wait for it; they hand over and are told. It has few threads, since what it does is mostly waiting.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

/// Its threads: one can be busy (a signature set, a certificate) while another one answers.
const THREADS: usize = 2;

/// The back office. What runs in it ends when it is dropped.
pub struct Office {
    /// Taken only when it is dropped.
    runtime: Option<Runtime>,
}

impl Office {
    /// Opens it.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn open() -> io::Result<Self> {
        let runtime =
            Builder::new_multi_thread().worker_threads(THREADS).thread_name("office").enable_all().build()?;
        Ok(Self { runtime: Some(runtime) })
    }

    /// For those who have something to be done there.
    pub fn handle(&self) -> Handle {
        self.runtime.as_ref().expect("it is taken when it is dropped").handle().clone()
    }
}

impl Drop for Office {
    /// The house is closed from within another runtime, where waiting for this one is not allowed; whoever has something
    /// to finish there has finished it before.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_runs_in_the_office_ends_with_it_even_inside_another_runtime() {
        let office = Office::open().expect("an office");
        let (held, ended) = tokio::sync::oneshot::channel::<()>();
        office.handle().spawn(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        drop(office);
        assert!(ended.await.is_err());
    }
}
