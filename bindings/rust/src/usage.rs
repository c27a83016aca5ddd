//! What was used, and the journal.
use crate::error::Result;
use crate::ledger::Ledger;
use crate::sys;
use crate::table::Table;
use crate::value::{instant, text, Time};

/// What usage is grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
#[allow(missing_docs)]
pub enum By {
    Tenant = sys::DRAWDOWN_BY_TENANT,
    Pool = sys::DRAWDOWN_BY_POOL,
    Hour = sys::DRAWDOWN_BY_HOUR,
    Day = sys::DRAWDOWN_BY_DAY,
    Month = sys::DRAWDOWN_BY_MONTH,
}

/// Which usage; the default is all of it in one row.
#[derive(Clone, Debug, Default)]
pub struct UsageQuery<'a> {
    /// The grouping columns, in this order.
    pub by: &'a [By],
    /// From this instant on.
    pub from: Option<Time>,
    /// Before this one.
    pub to: Option<Time>,
    /// Open runs accrue until then; `None`: the clock.
    pub at: Option<Time>,
    /// As the books were then.
    pub as_of: Option<Time>,
    /// At or below it.
    pub tenant: &'a str,
    /// A selector.
    pub pool: &'a str,
    /// IANA zone of days and months; "": UTC.
    pub zone: &'a str,
    /// Adds the column waived.
    pub net: bool,
}

impl Ledger {
    /// The grouping columns, then gpu_seconds.
    pub fn usage(&self, query: &UsageQuery<'_>) -> Result<Table> {
        let by: Vec<i32> = query.by.iter().map(|by| *by as i32).collect();
        let raw = sys::drawdown_usage_query {
            net: query.net.into(),
            by: by.as_ptr(),
            by_count: by.len() as u64,
            from_us: instant(query.from),
            to_us: instant(query.to),
            at_us: instant(query.at),
            as_of_us: instant(query.as_of),
            tenant: text(query.tenant),
            pool: text(query.pool),
            zone: text(query.zone),
            ..Default::default()
        };
        // SAFETY, here and below: pointers to values that outlive the call.
        self.table(|l, out, e| unsafe { sys::drawdown_usage(l, &raw, out, e) })
    }

    /// Entries of the journal from a sequence number on, oldest first; limit
    /// 0: all.
    pub fn journal(&self, from_sequence: u64, limit: u64) -> Result<Table> {
        self.table(|l, out, e| unsafe { sys::drawdown_journal(l, from_sequence, limit, out, e) })
    }
}
