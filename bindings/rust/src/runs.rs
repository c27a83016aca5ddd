//! Runs: jobs that accrue GPU time by themselves.
use std::time::Duration;

use crate::error::Result;
use crate::ledger::Ledger;
use crate::sys;
use crate::table::Table;
use crate::value::{instant, micros, text, Admission, Time};

/// A run to start.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct RunStart<'a> {
    /// Unique per run, never a job id that is used again.
    pub run_id: &'a str,
    /// 1, 2, ... of the same run id.
    pub attempt: u32,
    pub tenant: &'a str,
    pub pool: &'a str,
    /// Millionths of a GPU: 8_000_000 is 8 GPUs.
    pub micro_gpus: i64,
    pub at: Time,
    /// The hold that it draws; "" for none.
    pub hold_id: &'a str,
    /// A part of one GPU in place of `micro_gpus`, which is 0 then: the GPU's id
    /// and its share as a fraction, such as (1, 7). The shares of one GPU are at
    /// most 1.
    pub device: Option<(&'a str, (i64, i64))>,
    /// Whether an unknown tenant or pool is UNKNOWN_NAME.
    pub strict: bool,
}

impl Default for RunStart<'_> {
    fn default() -> Self {
        RunStart {
            run_id: "",
            attempt: 1,
            tenant: "",
            pool: "",
            micro_gpus: 0,
            at: Time::from_unix_micros(0),
            hold_id: "",
            device: None,
            strict: false,
        }
    }
}

impl RunStart<'_> {
    fn raw(&self) -> sys::drawdown_run_start {
        let (device, share) = self.device.unwrap_or(("", (0, 1)));
        sys::drawdown_run_start {
            run_id: text(self.run_id),
            attempt: self.attempt,
            tenant: text(self.tenant),
            pool: text(self.pool),
            micro_gpus: self.micro_gpus,
            at_us: self.at.unix_micros(),
            hold_id: text(self.hold_id),
            device: text(device),
            share_num: share.0,
            share_den: share.1,
            strict: self.strict.into(),
            ..Default::default()
        }
    }
}

/// That a run was alive.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Heartbeat<'a> {
    pub run_id: &'a str,
    pub attempt: u32,
    pub at: Time,
}

impl Heartbeat<'_> {
    fn raw(&self) -> sys::drawdown_heartbeat {
        sys::drawdown_heartbeat {
            run_id: text(self.run_id),
            attempt: self.attempt,
            at_us: self.at.unix_micros(),
            ..Default::default()
        }
    }
}

/// Why a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
#[allow(missing_docs)]
pub enum StopReason {
    Unknown = sys::DRAWDOWN_STOP_UNKNOWN,
    Done = sys::DRAWDOWN_STOP_DONE,
    Failed = sys::DRAWDOWN_STOP_FAILED,
    Preempted = sys::DRAWDOWN_STOP_PREEMPTED,
    NodeFailure = sys::DRAWDOWN_STOP_NODE_FAILURE,
    Cancelled = sys::DRAWDOWN_STOP_CANCELLED,
    Lost = sys::DRAWDOWN_STOP_LOST,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
#[allow(missing_docs)]
pub enum RunState {
    NeverStarted = sys::DRAWDOWN_RUN_NEVER_STARTED,
    Open = sys::DRAWDOWN_RUN_OPEN,
    Suspended = sys::DRAWDOWN_RUN_SUSPENDED,
    Ended = sys::DRAWDOWN_RUN_ENDED,
    Voided = sys::DRAWDOWN_RUN_VOIDED,
}

/// Which runs; the default is all.
#[derive(Clone, Debug, Default)]
pub struct RunQuery<'a> {
    /// At or below it.
    pub tenant: &'a str,
    /// A selector.
    pub pool: &'a str,
    /// Exactly this one.
    pub run_id: &'a str,
    /// The tasks of this array.
    pub array: &'a str,
    /// In this state alone.
    pub state: Option<RunState>,
    /// At most so many; 0: all.
    pub limit: u64,
    /// The page after this run, in the order of ids and attempts.
    pub after: Option<(&'a str, u32)>,
}

impl RunQuery<'_> {
    fn raw(&self) -> sys::drawdown_run_query {
        let (after_run_id, after_attempt) = self.after.unwrap_or(("", 0));
        sys::drawdown_run_query {
            after_run_id: text(after_run_id),
            after_attempt,
            tenant: text(self.tenant),
            pool: text(self.pool),
            run_id: text(self.run_id),
            array: text(self.array),
            state: self.state.map_or(sys::DRAWDOWN_RUN_ANY_STATE, |s| s as i32),
            limit: self.limit,
            ..Default::default()
        }
    }
}

impl Ledger {
    /// Starts a run; the same again is fine, another under the same id is
    /// CONFLICT. Under a hard quota of GPU time it needs a hold.
    pub fn start_run(&self, start: &RunStart<'_>) -> Result<Admission> {
        self.start_runs(std::slice::from_ref(start))
    }

    /// All or none, with one commit.
    pub fn start_runs(&self, starts: &[RunStart<'_>]) -> Result<Admission> {
        let raw: Vec<_> = starts.iter().map(RunStart::raw).collect();
        // SAFETY, here and below: pointers to values that outlive the call.
        self.admit(|l, refusal, e| unsafe {
            sys::drawdown_run_start_many(l, raw.as_ptr(), raw.len() as u64, refusal, e)
        })
    }

    /// Another number of GPUs from `at` on.
    pub fn resize_run(
        &self,
        run_id: &str,
        attempt: u32,
        micro_gpus: i64,
        at: impl Into<Time>,
    ) -> Result<Admission> {
        let at = at.into().unix_micros();
        self.admit(|l, refusal, e| unsafe {
            sys::drawdown_run_resize(l, text(run_id), attempt, micro_gpus, at, refusal, e)
        })
    }

    /// It does not accrue, unless its pool's policy says so.
    pub fn suspend_run(&self, run_id: &str, attempt: u32, at: impl Into<Time>) -> Result<()> {
        let at = at.into().unix_micros();
        self.call(|l, e| unsafe { sys::drawdown_run_suspend(l, text(run_id), attempt, at, e) })
    }

    /// It goes on.
    pub fn resume_run(&self, run_id: &str, attempt: u32, at: impl Into<Time>) -> Result<Admission> {
        let at = at.into().unix_micros();
        self.admit(|l, refusal, e| unsafe {
            sys::drawdown_run_resume(l, text(run_id), attempt, at, refusal, e)
        })
    }

    /// Ends it.
    pub fn stop_run(
        &self,
        run_id: &str,
        attempt: u32,
        at: impl Into<Time>,
        reason: StopReason,
    ) -> Result<()> {
        let at = at.into().unix_micros();
        self.call(|l, e| unsafe {
            sys::drawdown_run_stop(l, text(run_id), attempt, at, reason as i32, e)
        })
    }

    /// It was alive at `at`.
    pub fn heartbeat_run(&self, run_id: &str, attempt: u32, at: impl Into<Time>) -> Result<()> {
        let at = at.into().unix_micros();
        self.call(|l, e| unsafe { sys::drawdown_run_heartbeat(l, text(run_id), attempt, at, e) })
    }

    /// Many runs were alive, each at its instant, with one commit: how many of
    /// these were news, and a row per run that is unknown or over (why). The
    /// others are taken.
    pub fn heartbeat_runs(&self, heartbeats: &[Heartbeat<'_>]) -> Result<(u64, Table)> {
        let raw: Vec<_> = heartbeats.iter().map(Heartbeat::raw).collect();
        let mut fresh = 0;
        let refused = self.table(|l, out, e| unsafe {
            sys::drawdown_run_heartbeat_many(l, raw.as_ptr(), raw.len() as u64, &mut fresh, out, e)
        })?;
        Ok((fresh, refused))
    }

    /// A row per run that accrues and gave no sign of life for longer than
    /// `lease` (`None`: its pool's, or 30 minutes), at or below a tenant.
    pub fn ghosts(
        &self,
        tenant: &str,
        pool: &str,
        lease: Option<Duration>,
        at: Option<Time>,
    ) -> Result<Table> {
        let lease = lease.map_or(Ok(sys::DRAWDOWN_UNSET), micros)?;
        let at = instant(at);
        self.table(|l, out, e| unsafe {
            sys::drawdown_ghosts(l, text(tenant), text(pool), lease, at, out, e)
        })
    }

    /// Ends a run whose stop never came at its last sign of life, as lost.
    /// WRONG_STATE when it is not suspect at `at` (`None`: now): when it was
    /// silent for no longer than `lease` (`None`: its pool's, or 30 minutes).
    pub fn confirm_ghost(
        &self,
        run_id: &str,
        attempt: u32,
        lease: Option<Duration>,
        at: Option<Time>,
    ) -> Result<()> {
        let lease = lease.map_or(Ok(sys::DRAWDOWN_UNSET), micros)?;
        let at = instant(at);
        self.call(|l, e| unsafe {
            sys::drawdown_run_confirm_ghost(l, text(run_id), attempt, lease, at, e)
        })
    }

    /// A row per run: run_id, attempt, tenant, pool, state, reason, gpus,
    /// start, end and others (`drawdown.h`).
    pub fn runs(&self, query: &RunQuery<'_>) -> Result<Table> {
        self.table(|l, out, e| unsafe { sys::drawdown_runs(l, &query.raw(), out, e) })
    }

    /// A row per segment of constant GPU count.
    pub fn segments(&self, query: &RunQuery<'_>) -> Result<Table> {
        self.table(|l, out, e| unsafe { sys::drawdown_segments(l, &query.raw(), out, e) })
    }
}
