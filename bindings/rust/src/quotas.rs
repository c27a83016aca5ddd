//! Quotas: limits on a tenant's subtree.
use std::time::Duration;

use crate::error::Result;
use crate::ledger::Ledger;
use crate::sys;
use crate::table::Table;
use crate::value::{instant, micros, text, wide, Time};

/// Over what a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period<'a> {
    /// Since ever.
    Total,
    /// A calendar month, UTC.
    Month,
    /// The interval of a commitment.
    #[allow(missing_docs)]
    Interval {
        contract: &'a str,
        commitment: &'a str,
    },
    /// The last so long.
    Rolling(Duration),
    /// GPUs at one time: the amounts are millionths of a GPU.
    AtOnce,
}

/// A quota to set. Amounts are GPU-microseconds (`100 * GPU_HOUR`), or
/// millionths of a GPU where the period is `AtOnce`.
#[derive(Clone, Debug)]
pub struct QuotaSetting<'a> {
    /// Whose subtree.
    pub tenant: &'a str,
    /// A selector; "*" is every pool.
    pub pool: &'a str,
    /// Over what.
    pub period: Period<'a>,
    /// `None` takes the limit away.
    pub limit: Option<i128>,
    /// Told about, not enforced.
    pub soft: bool,
    /// A part of the parent's quota that is its own.
    pub slice: bool,
    /// How much of an unused slice is lent; `None`: nothing.
    pub lending: Option<i128>,
    /// How much may be borrowed from siblings.
    pub borrowing: i128,
    /// From when; `None`: now.
    pub from: Option<Time>,
}

impl Default for QuotaSetting<'_> {
    fn default() -> Self {
        QuotaSetting {
            tenant: "",
            pool: "*",
            period: Period::Month,
            limit: None,
            soft: false,
            slice: false,
            lending: None,
            borrowing: 0,
            from: None,
        }
    }
}

impl QuotaSetting<'_> {
    fn raw(&self) -> Result<sys::drawdown_quota_setting> {
        let mut raw = sys::drawdown_quota_setting {
            tenant: text(self.tenant),
            pool: text(self.pool),
            unlimited: self.limit.is_none().into(),
            nominal: wide(self.limit.unwrap_or(0)),
            soft: self.soft.into(),
            slice: self.slice.into(),
            lends: self.lending.is_some().into(),
            lending: wide(self.lending.unwrap_or(0)),
            borrowing: wide(self.borrowing),
            from_us: instant(self.from),
            ..Default::default()
        };
        raw.period = match self.period {
            Period::Total => sys::DRAWDOWN_PERIOD_TOTAL,
            Period::Month => sys::DRAWDOWN_PERIOD_MONTH,
            Period::Interval {
                contract,
                commitment,
            } => {
                raw.contract = text(contract);
                raw.commitment = text(commitment);
                sys::DRAWDOWN_PERIOD_INTERVAL
            }
            Period::Rolling(length) => {
                raw.rolling_us = micros(length)?;
                sys::DRAWDOWN_PERIOD_ROLLING
            }
            Period::AtOnce => sys::DRAWDOWN_PERIOD_AT_ONCE,
        };
        Ok(raw)
    }
}

impl Ledger {
    /// Sets or takes away a limit; whether that changed something.
    pub fn set_quota(&self, setting: &QuotaSetting<'_>) -> Result<bool> {
        let raw = setting.raw()?;
        let mut changed = 0;
        // SAFETY: pointers to values that outlive the call.
        self.call(|l, e| unsafe { sys::drawdown_quota_set(l, &raw, &mut changed, e) })?;
        Ok(changed != 0)
    }

    /// A row per quota at or below a tenant ("": all), with used, held and
    /// available; `at` is the clock's now where it is `None`.
    pub fn quotas(&self, tenant: &str, at: Option<Time>) -> Result<Table> {
        let at = instant(at);
        self.table(|l, out, e| unsafe { sys::drawdown_quotas(l, text(tenant), at, out, e) })
    }

    /// Limits of the same quotas as [`Ledger::quotas`]' that begin after `at`
    /// (`None`: now), soonest first.
    pub fn quota_changes(&self, tenant: &str, at: Option<Time>) -> Result<Table> {
        let at = instant(at);
        self.table(|l, out, e| unsafe { sys::drawdown_quota_changes(l, text(tenant), at, out, e) })
    }

    /// The quotas over a tenant, from it upward, and the runs that used most of
    /// the one that would refuse so much, else of each.
    pub fn quota_users(
        &self,
        tenant: &str,
        pool: &str,
        gpu_us: i128,
        micro_gpus: i64,
        at: Option<Time>,
    ) -> Result<(Table, Table)> {
        let at = instant(at);
        let mut users = 0;
        let quotas = self.table(|l, out, e| unsafe {
            sys::drawdown_quota_users(
                l,
                text(tenant),
                text(pool),
                wide(gpu_us),
                micro_gpus,
                at,
                out,
                &mut users,
                e,
            )
        })?;
        Ok((quotas, Table::of(users)?))
    }
}
