//! The books in one directory.
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use crate::error::{call, code, Error, Result};
use crate::sys;
use crate::table::Table;
use crate::value::{admission, micros, Admission};

/// How to open a ledger; begin with `Options::new()`.
#[derive(Clone, Debug)]
pub struct Options {
    create: bool,
    allow_any_filesystem: bool,
    bucket: Duration,
    lock_timeout: Duration,
    drain_interval: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options::new()
    }
}

impl Options {
    /// An existing ledger, buckets of an hour, waits of at most 5 s, drained
    /// every second.
    pub fn new() -> Options {
        Options {
            create: false,
            allow_any_filesystem: false,
            bucket: Duration::from_secs(3600),
            lock_timeout: Duration::from_secs(5),
            drain_interval: Duration::from_secs(1),
        }
    }
    /// Whether one that is not there is made.
    pub fn create(mut self, create: bool) -> Options {
        self.create = create;
        self
    }
    /// Of a ledger made now: an hour, 30 or 15 minutes.
    pub fn bucket(mut self, bucket: Duration) -> Options {
        self.bucket = bucket;
        self
    }
    /// How long a call waits for other processes before it is BUSY; whole
    /// milliseconds.
    pub fn lock_timeout(mut self, timeout: Duration) -> Options {
        self.lock_timeout = timeout;
        self
    }
    /// How often meters are drained; zero: only by [`Ledger::drain`].
    pub fn drain_interval(mut self, interval: Duration) -> Options {
        self.drain_interval = interval;
        self
    }
    /// Also on filesystems that are refused otherwise.
    pub fn allow_any_filesystem(mut self, allow: bool) -> Options {
        self.allow_any_filesystem = allow;
        self
    }

    /// Makes a new ledger and does not open it: LEDGER_EXISTS where there is one.
    pub fn create_new(&self, directory: impl AsRef<Path>) -> Result<()> {
        let options = self.raw()?;
        // SAFETY: pointers to live values.
        call(|e| unsafe { sys::drawdown_ledger_create(path(directory.as_ref()), &options, e) })
    }

    fn raw(&self) -> Result<sys::drawdown_ledger_options> {
        Ok(sys::drawdown_ledger_options {
            create_if_missing: self.create.into(),
            allow_any_filesystem: self.allow_any_filesystem.into(),
            bucket_us: micros(self.bucket)?,
            lock_timeout_us: micros(self.lock_timeout)?,
            drain_interval_us: micros(self.drain_interval)?,
            ..Default::default()
        })
    }

    /// Opens the ledger in a directory. UNSUPPORTED when the loaded library is
    /// older than this crate.
    pub fn open(&self, directory: impl AsRef<Path>) -> Result<Ledger> {
        check_library(crate::abi_version())?;
        let options = self.raw()?;
        let mut handle = 0;
        // SAFETY: pointers to live values.
        call(|e| unsafe {
            sys::drawdown_ledger_open(path(directory.as_ref()), &options, &mut handle, e)
        })?;
        Ok(Ledger { handle })
    }
}

/// The books in one directory. Any thread may use it, any number of processes
/// may have it open. Dropping it closes it; meters go on counting.
///
/// In a forked child every call is FORKED: open another there.
#[derive(Debug)]
pub struct Ledger {
    handle: sys::drawdown_ledger,
}

impl Ledger {
    /// Opens one that exists, with the defaults of [`Options`].
    pub fn open(directory: impl AsRef<Path>) -> Result<Ledger> {
        Options::new().open(directory)
    }

    /// Closes it and says what went wrong, which dropping it does not.
    pub fn close(self) -> Result<()> {
        let handle = self.handle;
        std::mem::forget(self);
        call(|e| unsafe { sys::drawdown_ledger_close(handle, e) })
    }

    /// For calls that are in [`crate::sys`] alone. Do not close it.
    pub fn handle(&self) -> sys::drawdown_ledger {
        self.handle
    }

    /// One row: directory, uuid, format, bucket_us, created, entries,
    /// chain_hash.
    pub fn info(&self) -> Result<Table> {
        self.table(|l, out, e| unsafe { sys::drawdown_ledger_info(l, out, e) })
    }

    /// Proves the books; what is wrong, a line each. Runs the `drawdown`
    /// program ($DRAWDOWN_BIN, or the one that is installed).
    pub fn verify(&self) -> Result<Vec<String>> {
        let mut ok = 0;
        let findings =
            self.table(|l, out, e| unsafe { sys::drawdown_verify(l, &mut ok, out, e) })?;
        let mut lines = Vec::new();
        for row in findings.rows() {
            lines.push(row.text("finding")?.unwrap_or_default().to_owned());
        }
        Ok(lines)
    }

    /// A consistent copy into a directory that must not exist.
    pub fn backup(&self, destination: impl AsRef<Path>) -> Result<()> {
        self.call(|l, e| unsafe { sys::drawdown_backup(l, path(destination.as_ref()), e) })
    }

    pub(crate) fn call(
        &self,
        function: impl FnOnce(sys::drawdown_ledger, *mut sys::drawdown_error) -> i32,
    ) -> Result<()> {
        call(|e| function(self.handle, e))
    }

    pub(crate) fn table(
        &self,
        function: impl FnOnce(
            sys::drawdown_ledger,
            *mut sys::drawdown_table,
            *mut sys::drawdown_error,
        ) -> i32,
    ) -> Result<Table> {
        Table::from_call(|out, e| function(self.handle, out, e))
    }

    pub(crate) fn admit(
        &self,
        function: impl FnOnce(
            sys::drawdown_ledger,
            *mut sys::drawdown_table,
            *mut sys::drawdown_error,
        ) -> i32,
    ) -> Result<Admission> {
        let mut refusal = 0;
        call(|e| function(self.handle, &mut refusal, e))?;
        admission(refusal)
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        unsafe { sys::drawdown_ledger_close(self.handle, std::ptr::null_mut()) };
    }
}

/// A library that lacks what this crate declares.
fn check_library(abi: u32) -> Result<()> {
    if abi >= sys::DRAWDOWN_ABI_VERSION {
        return Ok(());
    }
    Err(Error::new(
        code::UNSUPPORTED,
        format!(
            "libdrawdown_c is drawdown {} (ABI {abi}), older than this crate, which needs ABI {} \
             or newer",
            crate::version(),
            sys::DRAWDOWN_ABI_VERSION
        ),
    ))
}

/// Borrows, as `text` does.
pub(crate) fn path(value: &Path) -> sys::drawdown_text {
    let bytes = value.as_os_str().as_bytes();
    sys::drawdown_text {
        data: bytes.as_ptr().cast(),
        size: bytes.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_library_is_refused_with_both_versions() {
        assert!(check_library(sys::DRAWDOWN_ABI_VERSION).is_ok());
        assert!(check_library(sys::DRAWDOWN_ABI_VERSION + 1).is_ok());
        let error = check_library(sys::DRAWDOWN_ABI_VERSION - 1).unwrap_err();
        assert_eq!(error.code(), code::UNSUPPORTED);
        for version in [sys::DRAWDOWN_ABI_VERSION - 1, sys::DRAWDOWN_ABI_VERSION] {
            assert!(error.message().contains(&format!("ABI {version}")));
        }
    }
}
