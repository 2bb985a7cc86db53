//! A configuration as it is written, whatever it is written in.
//!
//! A file, environment variables and flags become one tree of [`raw`] values, each with its origin. A type that is
//! declared with [`section!`](section) reads itself from the tree, and knows its keys, their defaults and what they
//! mean; so variables, flags, suggestions and the printed defaults all come from that one declaration.
//!
//! - [`raw`]: the tree; [`file`]: where it comes from;
//! - [`units`]: durations and sizes;
//! - [`notes`]: what is wrong with it;
//! - [`setting`]: values that can be read; [`choice`]: those of a list; [`section`]: tables of them;
//! - [`outline`]: which keys there are.

pub mod choice;
pub mod file;
pub mod notes;
pub mod outline;
pub mod raw;
pub mod section;
pub mod setting;
pub mod units;

pub use file::Unreadable;
pub use notes::{Complaint, Notes, suggestion};
pub use outline::{Entry, Outline};
pub use raw::{Origin, Raw, Table, Value};
pub use setting::{Setting, Size};
