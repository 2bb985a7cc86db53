//! The realms from outside: what is accepted, what is refused, and with which word.

mod algorithms;
mod configuration;
mod connection;
mod hostile;
mod hostile_providers;
mod issuing;
mod mutation;
mod single_use;
mod strict;
mod subscription;
mod support;
