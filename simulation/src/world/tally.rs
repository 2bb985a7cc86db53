//! What has happened in a world, to see that everything does.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

/// What has happened in a world.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Connections that clients began.
    pub connects: usize,
    /// Publications that the broker accepted.
    pub published: usize,
    /// Publications that clients heard.
    pub heard: usize,
    /// Subscriptions that recovered.
    pub recovered: usize,
    /// What they were given.
    pub recovered_publications: usize,
    /// Subscriptions that could not recover.
    pub gaps: usize,
    /// Subscriptions that ended because the stream began anew.
    pub lost: usize,
    /// Subscriptions that the backend ordered.
    pub ordered: usize,
    /// Wires that were cut, or died.
    pub cuts: usize,
    /// Goodbyes of the server, by code.
    pub closes: BTreeMap<u16, usize>,
    /// Commands that were refused, by code.
    pub errors: BTreeMap<u32, usize>,
    made: usize,
}

impl Tally {
    /// Data for a publication that is like no other, and says where it belongs.
    pub(crate) fn next_data(&mut self, channel: &str) -> String {
        self.made += 1;
        format!("\"{channel}#{}\"", self.made)
    }
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.connects += other.connects;
        self.published += other.published;
        self.heard += other.heard;
        self.recovered += other.recovered;
        self.recovered_publications += other.recovered_publications;
        self.gaps += other.gaps;
        self.lost += other.lost;
        self.ordered += other.ordered;
        self.cuts += other.cuts;
        self.made += other.made;
        for (code, count) in &other.closes {
            *self.closes.entry(*code).or_default() += count;
        }
        for (code, count) in &other.errors {
            *self.errors.entry(*code).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            connects,
            published,
            heard,
            recovered,
            recovered_publications,
            gaps,
            lost,
            ordered,
            cuts,
            ..
        } = self;
        writeln!(
            f,
            "{connects} connections, {cuts} wires cut, {published} publications, heard {heard} times"
        )?;
        writeln!(
            f,
            "{recovered} recoveries of {recovered_publications} publications, {gaps} gaps that were said"
        )?;
        writeln!(f, "{lost} subscriptions lost with their epoch, {ordered} ordered")?;
        write!(f, "closed with {:?}, refused with {:?}", self.closes, self.errors)
    }
}
