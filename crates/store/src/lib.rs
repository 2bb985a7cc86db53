//! What is kept: the store contracts by noun, and SQLite.
