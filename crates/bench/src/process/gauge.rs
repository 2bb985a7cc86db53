//! What another process has used: CPU time and resident memory, read from `/proc`.

use std::fs;
use std::time::Duration;

use rustix::param::clock_ticks_per_second;
use rustix::process::Pid;

use crate::failure::{Doing, Failure};

/// CPU time of a process since it started.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Cpu {
    /// All threads that live now, to the nanosecond.
    precise: Duration,
    /// User time of all threads that ever lived, in steps of a clock tick (10 ms).
    user: Duration,
    /// Kernel time, likewise.
    system: Duration,
}

/// CPU time that a process used over a stretch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct CpuSpent {
    /// User and kernel time together.
    pub(crate) total: Duration,
    /// User time; split from the total by ticks, so only good for stretches of a second and more.
    pub(crate) user: Duration,
}

impl Cpu {
    /// What was used since `earlier`.
    pub(crate) fn since(self, earlier: Self) -> CpuSpent {
        let user = self.user.saturating_sub(earlier.user);
        let ticks = user + self.system.saturating_sub(earlier.system);
        let precise = self.precise.saturating_sub(earlier.precise);
        // The precise sum misses threads that ended on the way; the ticks know them.
        let total = if ticks > precise + tick() * 2 { ticks } else { precise };
        let share = if ticks.is_zero() { 0.0 } else { user.as_secs_f64() / ticks.as_secs_f64() };
        CpuSpent { total, user: total.mul_f64(share) }
    }
}

fn tick() -> Duration {
    Duration::from_secs(1) / u32::try_from(clock_ticks_per_second()).unwrap_or(100)
}

/// CPU time that the process has used so far.
pub(crate) fn cpu(pid: Pid) -> crate::Result<Cpu> {
    let pid = pid.as_raw_pid();
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).doing("reading a server's CPU time")?;
    let (user, system) =
        ticks(&stat).ok_or_else(|| Failure::Operator(format!("/proc/{pid}/stat has an unknown form")))?;
    let mut precise = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).doing("reading a server's threads")? {
        let thread = thread.doing("reading a server's threads")?;
        // A thread may end between the listing and this line.
        let Ok(schedule) = fs::read_to_string(thread.path().join("schedstat")) else { continue };
        precise += schedule
            .split_whitespace()
            .next()
            .and_then(|text| text.parse().ok())
            .map_or(Duration::ZERO, Duration::from_nanos);
    }
    Ok(Cpu { precise, user: tick() * user, system: tick() * system })
}

/// `utime` and `stime`, fields 14 and 15; the name in field 2 may itself hold spaces and parentheses.
fn ticks(stat: &str) -> Option<(u32, u32)> {
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_whitespace().skip(11);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Resident memory of the process, in bytes: the exact sum over its mappings, not the kernel's running estimate.
pub(crate) fn resident(pid: Pid) -> crate::Result<u64> {
    let pid = pid.as_raw_pid();
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).doing("reading a server's memory")?;
    resident_of(&text)
        .ok_or_else(|| Failure::Operator(format!("/proc/{pid}/smaps_rollup has an unknown form")))
}

fn resident_of(rollup: &str) -> Option<u64> {
    let kib: u64 = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Rss:"))?
        .trim()
        .strip_suffix(" kB")?
        .parse()
        .ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "17 (a (b) c) R 1 2 3 4 5 6 7 8 9 10 123 45 0 0 20 0 1 0";
        assert_eq!(ticks(stat), Some((123, 45)));
    }

    #[test]
    fn resident_memory_is_given_in_bytes() {
        let rollup = "55f2-7fff ---p 00000000 00:00 0  [rollup]\nRss:                1672 kB\nPss:  370 kB\n";
        assert_eq!(resident_of(rollup), Some(1672 * 1024));
    }

    #[test]
    fn the_user_part_is_the_ticks_share_of_the_precise_total() {
        let later = Cpu {
            precise: Duration::from_millis(1_004),
            user: Duration::from_millis(250),
            system: Duration::from_millis(750),
        };
        let spent = later.since(Cpu::default());
        assert_eq!(spent.total, Duration::from_millis(1_004));
        assert_eq!(spent.user, Duration::from_millis(251));
    }

    #[test]
    fn threads_that_ended_are_counted_by_their_ticks() {
        let later = Cpu {
            precise: Duration::from_millis(10),
            user: Duration::from_millis(500),
            system: Duration::ZERO,
        };
        assert_eq!(later.since(Cpu::default()).total, Duration::from_millis(500));
    }

    #[test]
    fn this_process_has_memory_and_cpu_time() {
        let own = rustix::process::getpid();
        assert!(resident(own).unwrap() > 100_000);
        assert!(cpu(own).unwrap().precise > Duration::ZERO);
    }
}
