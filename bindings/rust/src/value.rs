//! Values on their way into the library and out of it.
use std::ffi::CStr;
use std::fmt;
use std::os::raw::c_char;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{code, Error, Result};
use crate::sys;
use crate::table::{Row, Table};

/// A GPU-second in GPU-microseconds.
pub const GPU_SECOND: i128 = 1_000_000;
/// A GPU-hour in GPU-microseconds.
pub const GPU_HOUR: i128 = 3_600 * GPU_SECOND;

/// An instant: whole microseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// That many microseconds after 1970-01-01T00:00:00Z.
    pub const fn from_unix_micros(micros: i64) -> Time {
        Time(micros)
    }
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn unix_micros(self) -> i64 {
        self.0
    }
}

/// Down to the microsecond. Panics 292,000 years from now.
impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Time {
        let micros = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_micros() as i128,
            Err(before) => {
                let nanos = before.duration().as_nanos() as i128;
                (-nanos).div_euclid(1_000)
            }
        };
        Time(i64::try_from(micros).expect("an instant that fits 64 bits of microseconds"))
    }
}

/// A number with a fixed number of decimals: `units` x 10^-`scale`, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The number without its point.
    pub units: i128,
    /// How many of its digits are decimals: 6 of GPU-seconds, 18 of money.
    pub scale: u32,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!(
            "{:0>width$}",
            self.units.unsigned_abs().to_string(),
            width = self.scale as usize + 1
        );
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        let sign = if self.units < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{whole}{point}{fraction}"))
    }
}

/// What was asked for, or the reason why a quota has no room for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a refusal is an answer, not an error"]
pub enum Admission<T = ()> {
    /// It is done.
    Admitted(T),
    /// Nothing is done.
    Refused(Box<Refusal>),
}

impl<T> Admission<T> {
    /// Whether it was admitted.
    pub fn is_admitted(&self) -> bool {
        matches!(self, Admission::Admitted(_))
    }
    /// What was admitted, or the refusal as an error for `?`.
    pub fn ok(self) -> std::result::Result<T, Box<Refusal>> {
        match self {
            Admission::Admitted(value) => Ok(value),
            Admission::Refused(refusal) => Err(refusal),
        }
    }
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Admission<U> {
        match self {
            Admission::Admitted(value) => Admission::Admitted(convert(value)),
            Admission::Refused(refusal) => Admission::Refused(refusal),
        }
    }
}

/// Why there is no room: GPU-seconds, or GPUs where the period is "at_once".
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Refusal {
    /// Whose quota it is.
    pub tenant: String,
    pub pool: String,
    pub period: String,
    pub limit: Decimal,
    pub asked: Decimal,
    pub used: Decimal,
    pub held: Decimal,
    /// Lent, or kept for others.
    pub reserved: Decimal,
    pub resets_at: Option<Time>,
    /// All of it in one line for a person.
    pub description: String,
    /// Of several that were asked for together, the hold or the run with whose
    /// the sum did not fit; `asked` is the sum up to it. Empty: one alone.
    pub id: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    fn of(row: Row<'_>) -> Result<Refusal> {
        Ok(Refusal {
            tenant: row.text("tenant")?.unwrap_or_default().into(),
            pool: row.text("pool")?.unwrap_or_default().into(),
            period: row.text("period")?.unwrap_or_default().into(),
            limit: row.amount("limit")?,
            asked: row.amount("asked")?,
            used: row.amount("used")?,
            held: row.amount("held")?,
            reserved: row.amount("reserved")?,
            resets_at: row.time("resets_at")?,
            description: row.text("description")?.unwrap_or_default().into(),
            id: row.text("id")?.unwrap_or_default().into(),
        })
    }
}

/// An admission from what a call wrote to its `refusal`.
pub(crate) fn admission(refusal: sys::drawdown_table) -> Result<Admission> {
    if refusal == 0 {
        return Ok(Admission::Admitted(()));
    }
    let table = Table::of(refusal)?;
    Ok(Admission::Refused(Box::new(Refusal::of(table.row(0)?)?)))
}

/// Borrows: valid as long as `value` is.
pub(crate) fn text(value: &str) -> sys::drawdown_text {
    sys::drawdown_text {
        data: value.as_ptr().cast(),
        size: value.len() as u64,
    }
}

pub(crate) fn wide(value: i128) -> sys::drawdown_int128 {
    sys::drawdown_int128 {
        low: value as u64,
        high: (value >> 64) as i64,
    }
}

pub(crate) fn of_wide(value: sys::drawdown_int128) -> i128 {
    (i128::from(value.high) << 64) | i128::from(value.low)
}

pub(crate) fn instant(value: Option<Time>) -> i64 {
    value.map_or(sys::DRAWDOWN_UNSET, Time::unix_micros)
}

pub(crate) fn micros(length: Duration) -> Result<i64> {
    i64::try_from(length.as_micros()).map_err(|_| {
        Error::new(
            code::INVALID_ARGUMENT,
            format!("{length:?} is longer than 64 bits of microseconds"),
        )
    })
}

/// # Safety
/// `text` must be zero-terminated and never freed.
pub(crate) unsafe fn static_text(text: *const c_char) -> &'static str {
    CStr::from_ptr(text).to_str().unwrap_or("")
}
