//! Scratch ledgers.
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use drawdown::{Ledger, Options, Time, UsageQuery};

pub const POOL: &str = "aws/us-east-1/gb200";

/// A folder that goes away.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Scratch {
        // Relaxed: only that no two are the same matters.
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("drawdown-rust-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        Scratch(folder)
    }
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
    pub fn books(&self) -> Ledger {
        open(&self.path("books"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Made if it is not there, and drained only when told to.
pub fn open(directory: &Path) -> Ledger {
    let options = Options::new().create(true).drain_interval(Duration::ZERO);
    options.open(directory).unwrap()
}

/// 2026-10-01T`hour`:00:00Z.
pub fn instant(hour: i64) -> Time {
    Time::from_unix_micros((1_790_812_800 + hour * 3_600) * 1_000_000)
}

/// All GPU-microseconds in the books, after a drain.
pub fn counted(ledger: &Ledger) -> i128 {
    ledger.drain().unwrap();
    let usage = ledger.usage(&UsageQuery::default()).unwrap();
    usage
        .rows()
        .map(|row| row.decimal("gpu_seconds").unwrap().unwrap().units)
        .sum()
}
