//! The whole program against its own bare epoll server, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::PathBuf;
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_vestibule-bench");

fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs small sizes against the bare epoll server, under the name of a server under test.
fn run(name: &str, arguments: &[&str]) -> (Output, PathBuf) {
    let folder = scratch(name);
    let results = folder.join("results.json");
    let output = Command::new(PROGRAM)
        .args(["run", "--quick", "--no-reference", "--server"])
        .arg(format!("subject='{PROGRAM}' reference --port {{port}} --coalesce"))
        .args(arguments)
        .arg("--out")
        .arg(&results)
        .arg("--logs")
        .arg(&folder)
        .output()
        .unwrap();
    (output, results)
}

#[test]
fn every_scenario_measures_a_server_that_delivers_everything() {
    let (output, results) = run("every-scenario", &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let results: serde_json::Value = serde_json::from_slice(&std::fs::read(results).unwrap()).unwrap();
    let rounds = results["rounds"].as_array().unwrap();
    assert_eq!(rounds.len(), 8);
    assert!(rounds.iter().all(|round| round["figures"].is_object()), "{rounds:?}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("CPU µs per delivery"), "{table}");
}

#[test]
fn every_scenario_of_signaling_measures_a_server_that_relays_everything() {
    let folder = scratch("signaling");
    let results = folder.join("results.json");
    let output = Command::new(PROGRAM)
        .args(["run", "--quick", "--signal"])
        .arg(format!("subject='{PROGRAM}' reference --port {{port}}"))
        .arg("--out")
        .arg(&results)
        .arg("--logs")
        .arg(&folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let results: serde_json::Value = serde_json::from_slice(&std::fs::read(results).unwrap()).unwrap();
    let rounds = results["rounds"].as_array().unwrap();
    let whole: Vec<_> = rounds.iter().filter(|round| round["figures"].is_object()).collect();
    // Four by the server under test, three by the bare epoll server beside it, which has no pings.
    assert_eq!((rounds.len(), whole.len()), (7, 7), "{rounds:?}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("CPU µs per message"), "{table}");
}

#[test]
fn a_burst_that_leaves_together_arrives_in_one_read() {
    let (output, results) = run("one-read", &["--scenario", "burst"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let results: serde_json::Value = serde_json::from_slice(&std::fs::read(results).unwrap()).unwrap();
    let together = results["rounds"][0]["figures"]["deliveries_per_read"].as_f64().unwrap();
    assert!(together > 7.0, "{together} of eight publications came with a read");
}

#[test]
fn a_server_that_does_not_play_along_voids_its_rounds_with_exit_code_2() {
    // The bare epoll server speaks no Protobuf: it ends the connection.
    let (output, results) = run("void", &["--scenario", "connect", "--encoding", "protobuf"]);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));

    let results: serde_json::Value = serde_json::from_slice(&std::fs::read(results).unwrap()).unwrap();
    assert!(results["rounds"][0]["void"].is_string(), "{results}");
}

#[test]
fn small_sizes_are_not_published() {
    let (_, results) = run("not-published", &["--scenario", "connect"]);
    let output = Command::new(PROGRAM).arg("report").arg(results).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not for publication"));
}
