//! Holds: quota earmarked before use.
use std::time::Duration;

use crate::error::Result;
use crate::ledger::Ledger;
use crate::sys;
use crate::table::Table;
use crate::value::{micros, text, wide, Admission, Time};

/// Quota to be earmarked.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct HoldRequest<'a> {
    pub hold_id: &'a str,
    pub tenant: &'a str,
    pub pool: &'a str,
    /// GPU-microseconds: `6 * GPU_HOUR`.
    pub gpu_us: i128,
    /// GPUs at once, in millionths.
    pub micro_gpus: i64,
    /// How long it lasts unless it is renewed.
    pub ttl: Duration,
    /// Whether an unknown tenant or pool is UNKNOWN_NAME.
    pub strict: bool,
}

impl Default for HoldRequest<'_> {
    fn default() -> Self {
        HoldRequest {
            hold_id: "",
            tenant: "",
            pool: "",
            gpu_us: 0,
            micro_gpus: 0,
            ttl: Duration::from_secs(3600),
            strict: false,
        }
    }
}

impl HoldRequest<'_> {
    fn raw(&self) -> Result<sys::drawdown_hold_request> {
        Ok(sys::drawdown_hold_request {
            hold_id: text(self.hold_id),
            tenant: text(self.tenant),
            pool: text(self.pool),
            gpu_us: wide(self.gpu_us),
            micro_gpus: self.micro_gpus,
            ttl_us: micros(self.ttl)?,
            strict: self.strict.into(),
            ..Default::default()
        })
    }
}

/// Charges and extends a hold at one instant.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct HoldRenewal<'a> {
    pub hold_id: &'a str,
    /// 1, 2, ...: the same again is done once.
    pub renewal: u32,
    pub charge_gpu_us: i128,
    pub extend_gpu_us: i128,
    /// How long it lasts from now. Zero: an hour, or as long as it lasts anyway
    /// where that is longer.
    pub ttl: Duration,
}

/// What becomes of use beyond the hold that the quota has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Overdraft {
    /// It is booked: it happened.
    Book = sys::DRAWDOWN_OVERDRAFT_BOOK,
    /// The settlement is refused.
    Refuse = sys::DRAWDOWN_OVERDRAFT_REFUSE,
}

/// Where a hold stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
#[allow(missing_docs)]
pub enum HoldState {
    Open = sys::DRAWDOWN_HOLD_OPEN,
    Expired = sys::DRAWDOWN_HOLD_EXPIRED,
    Settled = sys::DRAWDOWN_HOLD_SETTLED,
    Released = sys::DRAWDOWN_HOLD_RELEASED,
}

/// A hold that is settled when it is dropped, with what was used of it.
///
/// Errors of that are lost: call [`Hold::settle`] to see them. A hold that a
/// run draws says so with [`Hold::drawn_by_run`]; then the drop releases what
/// is left, unless something was used.
#[derive(Debug)]
pub struct Hold<'l> {
    ledger: &'l Ledger,
    hold_id: String,
    used_gpu_us: i128,
    drawn_by_run: bool,
    ended: bool,
}

impl Hold<'_> {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.hold_id
    }
    /// Adds to what the drop will settle.
    pub fn add_used(&mut self, gpu_us: i64) {
        self.used_gpu_us += i128::from(gpu_us);
    }
    /// A run draws it: its id for [`crate::RunStart::hold_id`].
    pub fn drawn_by_run(&mut self) -> &str {
        self.drawn_by_run = true;
        &self.hold_id
    }
    /// Ends it with what was used: less, as much or more than is held.
    pub fn settle(mut self, used_gpu_us: i128, overdraft: Overdraft) -> Result<Admission> {
        let admission = self
            .ledger
            .settle_hold(&self.hold_id, used_gpu_us, overdraft)?;
        self.ended = admission.is_admitted();
        Ok(admission)
    }
    /// Ends it with nothing used.
    pub fn release(mut self) -> Result<()> {
        self.ledger.release_hold(&self.hold_id)?;
        self.ended = true;
        Ok(())
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // Nobody can be told here. What stays open expires by itself.
        let said = self.used_gpu_us != 0 || !self.drawn_by_run;
        let settled = said
            && self
                .ledger
                .settle_hold(&self.hold_id, self.used_gpu_us, Overdraft::Book)
                .is_ok();
        if !settled {
            let _ = self.ledger.release_hold(&self.hold_id);
        }
    }
}

impl Ledger {
    /// Places a hold that ends with the scope.
    pub fn hold(&self, request: &HoldRequest<'_>) -> Result<Admission<Hold<'_>>> {
        let admission = self.place_holds(std::slice::from_ref(request))?;
        Ok(admission.map(|()| Hold {
            ledger: self,
            hold_id: request.hold_id.to_owned(),
            used_gpu_us: 0,
            drawn_by_run: false,
            ended: false,
        }))
    }

    /// Places holds that end by calls, or expire: all or none.
    pub fn place_holds(&self, requests: &[HoldRequest<'_>]) -> Result<Admission> {
        let raw = requests
            .iter()
            .map(HoldRequest::raw)
            .collect::<Result<Vec<_>>>()?;
        // SAFETY, here and below: pointers to values that outlive the call.
        self.admit(|l, refusal, e| unsafe {
            sys::drawdown_hold_place(l, raw.as_ptr(), raw.len() as u64, refusal, e)
        })
    }

    /// Charges and extends, atomically.
    pub fn renew_hold(&self, renewal: &HoldRenewal<'_>) -> Result<Admission> {
        let raw = sys::drawdown_hold_renewal {
            hold_id: text(renewal.hold_id),
            renewal: renewal.renewal,
            charge_gpu_us: wide(renewal.charge_gpu_us),
            extend_gpu_us: wide(renewal.extend_gpu_us),
            ttl_us: micros(renewal.ttl)?,
            ..Default::default()
        };
        self.admit(|l, refusal, e| unsafe { sys::drawdown_hold_renew(l, &raw, refusal, e) })
    }

    /// Ends a hold with what was used.
    pub fn settle_hold(
        &self,
        hold_id: &str,
        used_gpu_us: i128,
        overdraft: Overdraft,
    ) -> Result<Admission> {
        self.admit(|l, refusal, e| unsafe {
            sys::drawdown_hold_settle(
                l,
                text(hold_id),
                wide(used_gpu_us),
                overdraft as i32,
                refusal,
                e,
            )
        })
    }

    /// Ends a hold with nothing used.
    pub fn release_hold(&self, hold_id: &str) -> Result<()> {
        self.call(|l, e| unsafe { sys::drawdown_hold_release(l, text(hold_id), e) })
    }

    /// A row per hold at or below a tenant ("": all), of one state or all.
    pub fn holds(&self, tenant: &str, state: Option<HoldState>) -> Result<Table> {
        let query = sys::drawdown_hold_query {
            tenant: text(tenant),
            state: state.map_or(sys::DRAWDOWN_HOLD_ANY_STATE, |s| s as i32),
            ..Default::default()
        };
        self.table(|l, out, e| unsafe { sys::drawdown_holds(l, &query, out, e) })
    }

    /// What runs out and when, soonest first, if all goes on as now.
    pub fn exhaustions(&self) -> Result<Table> {
        self.table(|l, out, e| unsafe { sys::drawdown_exhaustions(l, out, e) })
    }

    /// Which open runs draw on the quotas that run out, a row per run.
    pub fn exhaustion_runs(&self) -> Result<Table> {
        self.table(|l, out, e| unsafe { sys::drawdown_exhaustion_runs(l, out, e) })
    }

    /// Whether a hold would fit, and what using it would add to statements: a row
    /// per line that would change. Changes nothing.
    pub fn quote_hold(&self, request: &HoldRequest<'_>) -> Result<(Admission, Table)> {
        let raw = request.raw()?;
        let mut lines = 0;
        let admission = self.admit(|l, refusal, e| unsafe {
            sys::drawdown_hold_quote(l, &raw, refusal, &mut lines, e)
        })?;
        Ok((admission, Table::of(lines)?))
    }

    /// Whether this would fit now, and if not why; the table has a row per
    /// holder of the quota.
    pub fn explain_quota(
        &self,
        tenant: &str,
        pool: &str,
        gpu_us: i128,
        at: Option<Time>,
    ) -> Result<(Admission, Table)> {
        let at = crate::value::instant(at);
        let mut holders = 0;
        let admission = self.admit(|l, refusal, e| unsafe {
            sys::drawdown_quota_explain(
                l,
                text(tenant),
                text(pool),
                wide(gpu_us),
                0,
                at,
                refusal,
                &mut holders,
                e,
            )
        })?;
        Ok((admission, Table::of(holders)?))
    }
}
