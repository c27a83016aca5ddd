//! Contracts, statements, bills.
use std::path::Path;

use crate::error::{call, Result};
use crate::ledger::{path, Ledger};
use crate::sys;
use crate::table::{view, Table};
use crate::value::{instant, text, wide, Time};

/// A period of a contract.
#[derive(Clone, Debug, Default)]
pub struct StatementQuery<'a> {
    /// The contract's id.
    pub contract: &'a str,
    /// "2026-10", "2026" (a contract year), or "A/B".
    pub period: &'a str,
    /// When it is; `None`: the clock.
    pub at: Option<Time>,
    /// As the books were then.
    pub as_of: Option<Time>,
    /// Only lines of this tenant and of all below it; "": those that no tenant
    /// caused. Not for reconciliations.
    pub tenant: Option<&'a str>,
}

impl StatementQuery<'_> {
    fn raw(&self) -> sys::drawdown_statement_query {
        sys::drawdown_statement_query {
            contract: text(self.contract),
            period: text(self.period),
            at_us: instant(self.at),
            as_of_us: instant(self.as_of),
            tenant: text(self.tenant.unwrap_or("")),
            has_tenant: self.tenant.is_some().into(),
            ..Default::default()
        }
    }
}

/// A bill against the books.
#[derive(Debug)]
pub struct Reconciliation {
    /// Whether there is nothing but what a clean month has.
    pub clean: bool,
    /// Every group of bill rows and metered cells, matched ones too.
    pub breaks: Table,
    /// Which checks passed, failed, or could not be made.
    pub checks: Table,
}

impl Ledger {
    /// Applies contracts (name for errors, text) together or not at all; a line
    /// per contract.
    pub fn apply_contracts(&self, contracts: &[(&str, &str)]) -> Result<Vec<String>> {
        let names: Vec<_> = contracts.iter().map(|c| text(c.0)).collect();
        let texts: Vec<_> = contracts.iter().map(|c| text(c.1)).collect();
        // SAFETY, here and below: pointers to values that outlive the call.
        let outcome = self.table(|l, out, e| unsafe {
            sys::drawdown_contract_apply(
                l,
                names.as_ptr(),
                texts.as_ptr(),
                names.len() as u64,
                out,
                e,
            )
        })?;
        let mut lines = Vec::new();
        for row in outcome.rows() {
            lines.push(row.text("outcome")?.unwrap_or_default().to_owned());
        }
        Ok(lines)
    }

    /// A row per version of a contract.
    pub fn contracts(&self) -> Result<Table> {
        self.table(|l, out, e| unsafe { sys::drawdown_contracts(l, out, e) })
    }

    /// A row per line of the statement.
    pub fn statement(&self, query: &StatementQuery<'_>) -> Result<Table> {
        self.table(|l, out, e| unsafe { sys::drawdown_statement(l, &query.raw(), out, e) })
    }

    /// What `drawdown statement --format FORMAT` prints.
    pub fn statement_text(&self, query: &StatementQuery<'_>, format: &str) -> Result<String> {
        let mut bytes = 0;
        self.call(|l, e| unsafe {
            sys::drawdown_statement_text(l, &query.raw(), text(format), &mut bytes, e)
        })?;
        take_bytes(bytes)
    }

    /// A row per commitment: how much of it is drawn, and where it is going.
    pub fn status(&self, at: Option<Time>) -> Result<Table> {
        let at = instant(at);
        self.table(|l, out, e| unsafe { sys::drawdown_status(l, at, sys::DRAWDOWN_UNSET, out, e) })
    }

    /// What comes next of each contract, soonest first.
    pub fn due_dates(&self, at: Option<Time>) -> Result<Table> {
        let at = instant(at);
        self.table(|l, out, e| unsafe {
            sys::drawdown_due_dates(l, at, sys::DRAWDOWN_UNSET, out, e)
        })
    }

    /// All contracts, currency by currency; the sum of one has no contract.
    pub fn portfolio(&self, at: Option<Time>) -> Result<Table> {
        let at = instant(at);
        self.table(|l, out, e| unsafe {
            sys::drawdown_portfolio(l, at, sys::DRAWDOWN_UNSET, out, e)
        })
    }

    /// Compares bill files with the books. `tolerance` is in 1e-18 of the
    /// currency; `None`: that of the bill's format.
    pub fn reconcile<P: AsRef<Path>>(
        &self,
        query: &StatementQuery<'_>,
        bills: &[P],
        tolerance: Option<i128>,
    ) -> Result<Reconciliation> {
        let files: Vec<_> = bills.iter().map(|bill| path(bill.as_ref())).collect();
        let options = sys::drawdown_reconcile_options {
            has_tolerance: tolerance.is_some().into(),
            tolerance: wide(tolerance.unwrap_or(0)),
            ..Default::default()
        };
        let (mut clean, mut checks) = (0, 0);
        let breaks = self.table(|l, out, e| unsafe {
            sys::drawdown_reconcile_files(
                l,
                &query.raw(),
                files.as_ptr(),
                files.len() as u64,
                &options,
                &mut clean,
                out,
                &mut checks,
                e,
            )
        })?;
        Ok(Reconciliation {
            clean: clean != 0,
            breaks,
            checks: Table::of(checks)?,
        })
    }
}

/// Whether a contract's text could be applied, without a ledger; `name` is what
/// errors call it.
pub fn validate_contract(name: &str, contract: &str) -> Result<()> {
    // SAFETY: texts that outlive the call.
    call(|e| unsafe { sys::drawdown_contract_validate(text(name), text(contract), e) })
}

pub(crate) fn take_bytes(bytes: sys::drawdown_bytes) -> Result<String> {
    let mut all = sys::drawdown_text {
        data: std::ptr::null(),
        size: 0,
    };
    let seen = call(|e| unsafe { sys::drawdown_bytes_view(bytes, &mut all, e) });
    // SAFETY: the view is valid until the bytes are closed, which is below.
    let text = seen.map(|()| unsafe { view(&all) }.to_owned());
    unsafe { sys::drawdown_bytes_close(bytes, std::ptr::null_mut()) };
    text
}
