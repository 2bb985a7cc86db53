//! The machine that everything runs on: its description, its cores, its limits, its count of TCP segments.

use std::fs;
use std::path::Path;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};
use serde::{Deserialize, Serialize};

use crate::failure::{Doing, Failure};

/// Descriptors that are neither a receiver nor a publisher: logs, epoll, the standard streams.
const SPARE_DESCRIPTORS: u64 = 64;

/// What a reader of the numbers wants to know about the machine.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// The processor's name as the kernel gives it.
    pub(crate) processor: String,
    /// How many cores the machine shows.
    pub(crate) cores: usize,
    /// Memory in MiB.
    pub(crate) memory_mib: u64,
    /// The kernel's release.
    pub(crate) kernel: String,
}

impl Machine {
    /// Reads the description from `/proc`; what cannot be read stays "unknown" or zero.
    pub(crate) fn describe() -> Self {
        let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            processor: value_of(&processor, "model name").unwrap_or("unknown").to_owned(),
            cores: processor.lines().filter(|line| line.starts_with("processor")).count(),
            memory_mib: value_of(&memory, "MemTotal")
                .and_then(|value| value.trim_end_matches(" kB").parse::<u64>().ok())
                .map_or(0, |kib| kib / 1024),
            kernel: kernel.trim().to_owned(),
        }
    }
}

/// The value of the first line `key : value`.
fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == key)
        .map(|(_, value)| value.trim())
}

/// Lets this thread, and the processes that it starts from now on, run on `core` alone.
pub(crate) fn pin_to(core: usize) -> crate::Result<()> {
    if !Path::new(&format!("/sys/devices/system/cpu/cpu{core}")).exists() {
        return Err(Failure::Operator(format!("there is no core {core} on this machine")));
    }
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).doing("pinning to a core")
}

/// Raises the limit on open files to the most that is allowed, and checks that `connections` fit into it.
pub(crate) fn make_room_for(connections: usize) -> crate::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })
        .doing("raising the limit on open files")?;
    let needed = connections as u64 + SPARE_DESCRIPTORS;
    match limit.maximum {
        Some(most) if most < needed => Err(Failure::Operator(format!(
            "{connections} connections need {needed} open files, but the limit is {most} (ulimit -Hn): \
             ask for fewer connections or raise the limit"
        ))),
        _ => Ok(()),
    }
}

/// How many TCP segments that carry data have left this machine's sockets so far, loopback included.
///
/// The difference over a measured stretch, divided by the deliveries, tells whether waiting messages left together.
pub(crate) fn data_segments_sent() -> crate::Result<u64> {
    let text = fs::read_to_string("/proc/net/netstat").doing("reading /proc/net/netstat")?;
    tcp_counter(&text, "TCPOrigDataSent").ok_or_else(|| {
        Failure::Operator("the kernel does not count TCPOrigDataSent in /proc/net/netstat".to_owned())
    })
}

/// The file has pairs of lines, one of names and one of values.
fn tcp_counter(netstat: &str, name: &str) -> Option<u64> {
    let mut lines = netstat.lines().filter(|line| line.starts_with("TcpExt:"));
    let (names, values) = (lines.next()?, lines.next()?);
    let position = names.split_whitespace().position(|candidate| candidate == name)?;
    values.split_whitespace().nth(position)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_found_by_its_name() {
        let text = "TcpExt: A TCPOrigDataSent B\nTcpExt: 1 7960 3\nIpExt: X\nIpExt: 4\n";
        assert_eq!(tcp_counter(text, "TCPOrigDataSent"), Some(7960));
        assert_eq!(tcp_counter(text, "Absent"), None);
    }

    #[test]
    fn this_machine_counts_its_segments() {
        data_segments_sent().unwrap();
    }

    #[test]
    fn more_connections_than_descriptors_are_refused_with_the_limit() {
        let refusal = make_room_for(usize::MAX / 2).unwrap_err().to_string();
        assert!(refusal.contains("ulimit -Hn"), "{refusal}");
    }
}
