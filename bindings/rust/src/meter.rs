//! Live meters.
use crate::error::Result;
use crate::ledger::Ledger;
use crate::sys;
use crate::table::Table;
use crate::value::{of_wide, text};

/// Counts the GPU time of one tenant in one pool.
///
/// A number: copy it to where it is used. Valid until the process ends, also
/// when its ledger is closed and in forked children. Not for signal handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Meter(sys::drawdown_meter);

/// What [`Meter::try_record`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "what was not admitted is not counted"]
pub enum Decision {
    /// It is counted.
    Admitted,
    /// A quota above the tenant has no room: it is not.
    QuotaExceeded,
    /// There was no answer in time: it is not.
    Busy,
}

impl Decision {
    fn of(number: i32) -> Decision {
        match number {
            sys::DRAWDOWN_ADMITTED => Decision::Admitted,
            sys::DRAWDOWN_QUOTA_EXCEEDED => Decision::QuotaExceeded,
            _ => Decision::Busy,
        }
    }
}

/// What a drain moved into the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Drained {
    pub meters: u64,
    pub gpu_us: i128,
    pub files: u64,
    pub retired: u64,
    /// Files that lay behind the books: usage may be missing after a power
    /// loss.
    pub regressions: u64,
    /// Whether a bucket began.
    pub flipped: bool,
}

impl Meter {
    /// Adds GPU-microseconds: wait-free, exact, there after `kill -9`. A
    /// negative amount is not added.
    pub fn record(self, gpu_us: i64) {
        // SAFETY: a number; one that is made up counts nothing.
        unsafe { sys::drawdown_record(self.0, gpu_us) }
    }

    /// Adds every amount, as if one by one.
    pub fn record_many(self, gpu_us: &[i64]) {
        // SAFETY: as many as the slice has.
        unsafe { sys::drawdown_record_many(self.0, gpu_us.as_ptr(), gpu_us.len() as u64) }
    }

    /// Adds `gpu_us[i]` to `meters[i]`. Panics when there are not as many.
    pub fn record_batch(meters: &[Meter], gpu_us: &[i64]) {
        assert_eq!(meters.len(), gpu_us.len(), "an amount for every meter");
        // SAFETY: as many as both slices have; a Meter is its number.
        unsafe {
            sys::drawdown_record_batch(meters.as_ptr().cast(), gpu_us.as_ptr(), gpu_us.len() as u64)
        }
    }

    /// Adds GPU-microseconds only if every quota above the tenant has room.
    pub fn try_record(self, gpu_us: i64) -> Decision {
        // SAFETY: as record.
        Decision::of(unsafe { sys::drawdown_try_record(self.0, gpu_us) })
    }

    /// Each by itself. Panics when there are not as many.
    pub fn try_record_batch(meters: &[Meter], gpu_us: &[i64]) -> Vec<Decision> {
        assert_eq!(meters.len(), gpu_us.len(), "an amount for every meter");
        let mut decisions = vec![0u8; gpu_us.len()];
        // SAFETY: as many as all three have.
        unsafe {
            sys::drawdown_try_record_batch(
                meters.as_ptr().cast(),
                gpu_us.as_ptr(),
                gpu_us.len() as u64,
                decisions.as_mut_ptr(),
            )
        };
        decisions
            .into_iter()
            .map(|d| Decision::of(d.into()))
            .collect()
    }
}

impl Ledger {
    /// The meter of a tenant in a pool, which are created.
    pub fn meter(&self, tenant: &str, pool: &str) -> Result<Meter> {
        Ok(self.meters(&[(tenant, pool)])?[0])
    }

    /// Many (tenant, pool) with one commit: all or none.
    pub fn meters(&self, names: &[(&str, &str)]) -> Result<Vec<Meter>> {
        self.bind(names, false)
    }

    /// The same of tenants and pools that are in the books, or UNKNOWN_NAME.
    pub fn known_meters(&self, names: &[(&str, &str)]) -> Result<Vec<Meter>> {
        self.bind(names, true)
    }

    fn bind(&self, names: &[(&str, &str)], strict: bool) -> Result<Vec<Meter>> {
        let tenants: Vec<_> = names.iter().map(|name| text(name.0)).collect();
        let pools: Vec<_> = names.iter().map(|name| text(name.1)).collect();
        let mut meters = vec![Meter(0); names.len()];
        // SAFETY: as many as all three have; a Meter is its number.
        self.call(|l, e| unsafe {
            sys::drawdown_meter_bind_many(
                l,
                tenants.as_ptr(),
                pools.as_ptr(),
                names.len() as u64,
                strict.into(),
                meters.as_mut_ptr().cast(),
                e,
            )
        })?;
        Ok(meters)
    }

    /// Makes durable what all meters of all processes have counted.
    pub fn drain(&self) -> Result<Drained> {
        let mut result = sys::drawdown_drain_result::default();
        self.call(|l, e| unsafe { sys::drawdown_drain(l, &mut result, e) })?;
        Ok(Drained {
            meters: result.meters,
            gpu_us: of_wide(result.gpu_us),
            files: result.files,
            retired: result.retired,
            regressions: result.regressions,
            flipped: result.flipped != 0,
        })
    }

    /// A row per live meter: tenant, pool, open, undrained (GPU-seconds).
    pub fn live(&self) -> Result<Table> {
        self.table(|l, out, e| unsafe { sys::drawdown_live(l, out, e) })
    }
}
