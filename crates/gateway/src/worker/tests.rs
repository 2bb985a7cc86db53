//! A worker with sessions that do what a test says, and peers that take what a test lets them.

mod endings;
mod house;
mod law;
mod revocations;
mod rooms;
mod subscriptions;
mod writing;

pub use house::Scripted;
