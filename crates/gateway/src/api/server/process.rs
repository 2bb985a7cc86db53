//! What the process uses, as Linux tells it.

use std::fs;

use serde::Serialize;

/// What the process uses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Process {
    /// Per cent of one core, on average since the start.
    cpu: f64,
    /// Resident memory in bytes.
    rss: u64,
}

/// Clock ticks in a second: the kernel tells all programs 100, whatever it uses itself.
const TICKS: f64 = 100.0;

/// Looks at the process, which has been up for so many seconds. `None` where this cannot be told. The files are the
/// kernel's own memory, so reading them waits for no disk.
pub fn look(uptime: u64) -> Option<Process> {
    let seconds = busy_seconds(&fs::read_to_string("/proc/self/stat").ok()?)?;
    let rss = resident(&fs::read_to_string("/proc/self/status").ok()?)?;
    #[expect(clippy::cast_precision_loss, reason = "seconds of any machine's life are exact")]
    let cpu = 100.0 * seconds / uptime.max(1) as f64;
    Some(Process { cpu: (cpu * 100.0).round() / 100.0, rss })
}

/// User and system time: the 14th and 15th field. The second, the program's name, may hold anything but ends with
/// the last parenthesis.
fn busy_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_ascii_whitespace().skip(11);
    let user: f64 = times.next()?.parse().ok()?;
    let system: f64 = times.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_found_behind_a_name_with_parentheses() {
        let stat = "7 (a) (b) S 1 7 7 0 -1 4194560 500 0 0 0 150 50 0 0 20 0 1 0";
        assert_eq!(busy_seconds(stat), Some(2.0));
    }

    #[test]
    fn memory_is_told_in_bytes() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t    2048 kB\nThreads:\t1\n"), Some(2_097_152));
        assert_eq!(resident("Name:\tx\n"), None);
    }
}
