//! GPU-hour metering, quotas, contract drawdown and bill reconciliation.
//!
//! Thin over the C interface, `drawdown.h` ([`sys`]), whose rules hold here;
//! `docs/rust.md` has a tour. Quantities are exact: GPU time is a whole number
//! of GPU-microseconds, GPU counts of millionths of a GPU, money of 1e-18 of a
//! currency unit, and answers are [`Decimal`].
//!
//! Every type is `Send` and `Sync`. Calls on a [`Ledger`] may wait up to its
//! lock timeout; [`Meter::record`] never waits.
#![warn(missing_docs)]

mod contracts;
mod error;
mod forecasts;
mod holds;
mod ledger;
mod meter;
mod quotas;
mod runs;
pub mod sys;
mod table;
mod usage;
mod value;

pub use contracts::{validate_contract, Reconciliation, StatementQuery};
pub use error::{code, Error, Result};
pub use forecasts::{AddedRun, Forecast, ForecastQuery};
pub use holds::{Hold, HoldRenewal, HoldRequest, HoldState, Overdraft};
pub use ledger::{Ledger, Options};
pub use meter::{Decision, Drained, Meter};
pub use quotas::{Period, QuotaSetting};
pub use runs::{Heartbeat, RunQuery, RunStart, RunState, StopReason};
pub use table::{ArrowStream, Row, Table, Value};
pub use usage::{By, UsageQuery};
pub use value::{Admission, Decimal, Refusal, Time, GPU_HOUR, GPU_SECOND};

/// The library's version, "0.1.0".
pub fn version() -> &'static str {
    // SAFETY: a static text.
    unsafe { value::static_text(sys::drawdown_version()) }
}

/// The loaded library's ABI version.
pub fn abi_version() -> u32 {
    // SAFETY: no arguments.
    unsafe { sys::drawdown_abi_version() }
}
