//! Processes that are killed or forked.
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::raw::c_int;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use drawdown::*;

use crate::support::{counted, open, Scratch, POOL};

const WORKER: &str = "DRAWDOWN_RUST_WORKER";

/// Counts for ever, and after each call writes how many there were. A test that
/// runs only as the process that `killed_workers_lose_nothing` starts.
#[test]
#[ignore = "is a process of killed_workers_lose_nothing"]
fn worker() {
    let arguments = std::env::var(WORKER).unwrap();
    let (books, acknowledged) = arguments.split_once(':').unwrap();
    let ledger = open(Path::new(books));
    let meter = ledger.meter("acme/worker", POOL).unwrap();
    let file = File::create(acknowledged).unwrap();
    println!("counting");
    for count in 1u64.. {
        meter.record(1);
        file.write_all_at(&count.to_le_bytes(), 0).unwrap();
        if count % 1000 == 0 {
            ledger.drain().unwrap();
        }
    }
}

fn spawn_worker(books: &Path, acknowledged: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::worker", "--ignored", "--nocapture"])
        .env(
            WORKER,
            format!("{}:{}", books.display(), acknowledged.display()),
        )
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines
        .map(|line| line.unwrap())
        .any(|line| line.contains("counting")));
    child
}

/// Each worker had acknowledged `n` calls and may have had one more in flight.
#[test]
fn killed_workers_lose_nothing() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let path = scratch.path("books");
    let (mut acknowledged, mut workers) = (0i128, 0);
    for round in 0..4 {
        let files: Vec<_> = (0..3)
            .map(|i| scratch.path(&format!("{round}.{i}")))
            .collect();
        let mut children: Vec<_> = files.iter().map(|file| spawn_worker(&path, file)).collect();
        std::thread::sleep(Duration::from_millis(20 * (round + 1)));
        for child in &mut children {
            child.kill().unwrap(); // SIGKILL
            child.wait().unwrap();
        }
        for file in &files {
            let bytes = std::fs::read(file).unwrap();
            let last: [u8; 8] = bytes.try_into().unwrap_or_default();
            acknowledged += i128::from(u64::from_le_bytes(last));
            workers += 1;
        }
        let total = counted(&books);
        assert!(acknowledged > 0);
        assert!(
            (acknowledged..=acknowledged + workers).contains(&total),
            "{total}"
        );
        assert_eq!(counted(&books), total, "counted twice");
    }
    assert_eq!(books.verify().unwrap(), Vec::<String>::new());
}

extern "C" {
    fn fork() -> c_int;
    fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn _exit(code: c_int) -> !;
}

#[test]
fn a_forked_child_opens_again_and_goes_on_counting() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let meter = books.meter("acme", POOL).unwrap();
    meter.record(1);
    // SAFETY: the child does what is below, and ends without this test's drops.
    let child = unsafe { fork() };
    if child == 0 {
        meter.record(10);
        let forked = books.live().map_or_else(|error| error.code(), |_| 0);
        let again = Ledger::open(scratch.path("books")).and_then(|l| l.meter("acme", POOL));
        if let Ok(meter) = again {
            meter.record(100);
            unsafe { _exit((forked != code::FORKED).into()) };
        }
        unsafe { _exit(2) };
    }
    let mut status = -1;
    assert_eq!(unsafe { waitpid(child, &mut status, 0) }, child);
    assert_eq!(status, 0);
    assert_eq!(counted(&books), 111);
}
