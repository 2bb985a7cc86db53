//! `rpc` and `send`: nothing stands behind them but the method with which clients measure the way.

use bytes::Bytes;

use super::open::Open;
use super::turn::Turn;
use super::verdict::{Step, Verdict};
use crate::centrifuge::codes::{ErrorCode, disconnect};
use crate::centrifuge::wire::{Answer, RpcRequest};

impl Open {
    pub(super) fn rpc(request: &RpcRequest, turn: &Turn<'_>) -> Verdict {
        match turn.rules.client.rpc_ping_method.as_deref() {
            None => Err(ErrorCode::NOT_AVAILABLE.into()),
            Some(method) if method == request.method => Ok(Step::Done(Answer::Rpc(Bytes::new()))),
            Some(_) => Err(ErrorCode::METHOD_NOT_FOUND.into()),
        }
    }

    /// There is no reply that could refuse it, so the client learns it the hard way.
    pub(super) fn send() -> Verdict {
        Err(disconnect::NOT_AVAILABLE.into())
    }
}
