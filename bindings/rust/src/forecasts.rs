//! What is to come, months that are closed, and moves in the tree of tenants.
use crate::contracts::take_bytes;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::sys;
use crate::table::Table;
use crate::value::{instant, text, Time};

/// A run that a forecast is to count as well.
#[derive(Clone, Copy, Debug)]
pub struct AddedRun<'a> {
    /// Whose it is.
    pub tenant: &'a str,
    /// Where it runs.
    pub pool: &'a str,
    /// Millionths of a GPU.
    pub micro_gpus: i64,
    /// What of it lies before the forecast's instant is not counted.
    pub start: Time,
    /// Its end.
    pub end: Time,
}

/// What to forecast; the default is the current interval of every commitment.
#[derive(Clone, Debug, Default)]
pub struct ForecastQuery<'a> {
    /// The contract's id; "": all.
    pub contract: &'a str,
    /// The instant that is forecast from; `None`: the clock.
    pub at: Option<Time>,
    /// As the books were then.
    pub as_of: Option<Time>,
    /// Every interval that ends by then; `None`: see `intervals`.
    pub until: Option<Time>,
    /// Of each commitment, the current one first; 0 is 1.
    pub intervals: u32,
    /// What if these commitments' options are exercised, ...
    pub exercise: &'a [&'a str],
    /// ... the usage to come of a tenant and all below it is so many
    /// millionths of itself, ...
    pub scale: &'a [(&'a str, i64)],
    /// ... or these runs run?
    pub runs: &'a [AddedRun<'a>],
}

/// What will be drawn, missed and owed.
#[derive(Debug)]
pub struct Forecast {
    /// A row per interval; `what_if` tells what is asked from what goes on.
    pub intervals: Table,
    /// A row per whole month.
    pub costs: Table,
}

impl Ledger {
    /// What will be drawn, missed and owed if usage goes on as it does.
    pub fn forecast(&self, query: &ForecastQuery<'_>) -> Result<Forecast> {
        let exercise: Vec<_> = query.exercise.iter().map(|id| text(id)).collect();
        let scale = |&(tenant, factor_micro): &(&str, i64)| sys::drawdown_usage_scale {
            tenant: text(tenant),
            factor_micro,
            ..Default::default()
        };
        let scales: Vec<_> = query.scale.iter().map(scale).collect();
        let run = |run: &AddedRun<'_>| sys::drawdown_added_run {
            tenant: text(run.tenant),
            pool: text(run.pool),
            micro_gpus: run.micro_gpus,
            start_us: instant(Some(run.start)),
            end_us: instant(Some(run.end)),
            ..Default::default()
        };
        let runs: Vec<_> = query.runs.iter().map(run).collect();
        let raw = sys::drawdown_forecast_query {
            intervals: query.intervals.max(1),
            contract: text(query.contract),
            at_us: instant(query.at),
            as_of_us: instant(query.as_of),
            until_us: instant(query.until),
            exercise: exercise.as_ptr(),
            exercise_count: exercise.len() as u64,
            scales: scales.as_ptr(),
            scale_count: scales.len() as u64,
            runs: runs.as_ptr(),
            run_count: runs.len() as u64,
            ..Default::default()
        };
        let mut costs = 0;
        // SAFETY, here and below: pointers to values that outlive the call.
        let intervals =
            self.table(|l, out, e| unsafe { sys::drawdown_forecast(l, &raw, out, &mut costs, e) })?;
        Ok(Forecast {
            intervals,
            costs: Table::of(costs)?,
        })
    }

    /// The page that `drawdown report --html` writes; `contract` "": of all.
    pub fn report_html(&self, contract: &str, at: Option<Time>) -> Result<String> {
        let mut page = 0;
        self.call(|l, e| unsafe {
            let (at, now) = (instant(at), sys::DRAWDOWN_UNSET);
            sys::drawdown_report_html(l, text(contract), at, now, &mut page, e)
        })?;
        take_bytes(page)
    }

    /// Freezes a month, "2026-10", as it is billed. `false` when it was closed
    /// already.
    pub fn close_period(&self, contract: &str, period: &str) -> Result<bool> {
        let mut was_closed = 0;
        self.call(|l, e| unsafe {
            let none = std::ptr::null_mut();
            sys::drawdown_period_close(l, text(contract), text(period), &mut was_closed, none, e)
        })?;
        Ok(was_closed == 0)
    }

    /// A row per month that is closed; `contract` "": of all.
    pub fn closed_periods(&self, contract: &str) -> Result<Table> {
        self.table(|l, out, e| unsafe {
            sys::drawdown_closed_periods(l, text(contract), sys::DRAWDOWN_UNSET, out, e)
        })
    }

    /// What is at `old_path` and below it is at `new_path` from an instant on.
    /// `false` when it was so already.
    pub fn move_tenant(&self, old_path: &str, new_path: &str, from: Time) -> Result<bool> {
        let mut changed = 0;
        self.call(|l, e| unsafe {
            let from = instant(Some(from));
            sys::drawdown_tenant_move(l, text(old_path), text(new_path), from, &mut changed, e)
        })?;
        Ok(changed != 0)
    }
}
