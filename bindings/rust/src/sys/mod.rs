//! The C interface as it is: `drawdown.h`, declared by hand.
//!
//! What each call means is said there. `tests/books/header.rs` compares every
//! function, struct, number and default of these files with the header.
#![allow(non_camel_case_types, missing_docs)]

mod types;

pub use types::*;

use std::os::raw::c_char;

pub const DRAWDOWN_NUL_TERMINATED: u64 = u64::MAX;
pub const DRAWDOWN_UNSET: i64 = i64::MIN;
pub const DRAWDOWN_ABI_VERSION: u32 = 7;
pub const DRAWDOWN_VERSION_MAJOR: u32 = 0;
pub const DRAWDOWN_VERSION_MINOR: u32 = 1;
pub const DRAWDOWN_VERSION_PATCH: u32 = 0;
// Codes.
pub const DRAWDOWN_OK: i32 = 0;
pub const DRAWDOWN_BAD_NUMBER: i32 = 101;
pub const DRAWDOWN_BAD_TIME: i32 = 102;
pub const DRAWDOWN_BAD_CSV: i32 = 103;
pub const DRAWDOWN_MISSING_COLUMN: i32 = 104;
pub const DRAWDOWN_BAD_ROW: i32 = 105;
pub const DRAWDOWN_CONFLICT: i32 = 106;
pub const DRAWDOWN_BAD_CONTRACT: i32 = 107;
pub const DRAWDOWN_UNKNOWN_FORMAT: i32 = 108;
pub const DRAWDOWN_UNKNOWN_NAME: i32 = 109;
pub const DRAWDOWN_TOO_OLD: i32 = 110;
pub const DRAWDOWN_OVERFLOW: i32 = 111;
pub const DRAWDOWN_BAD_INPUT: i32 = 112;
pub const DRAWDOWN_INVALID_ARGUMENT: i32 = 201;
pub const DRAWDOWN_NOT_FOUND: i32 = 202;
pub const DRAWDOWN_WRONG_STATE: i32 = 203;
pub const DRAWDOWN_UNSUPPORTED: i32 = 204;
pub const DRAWDOWN_HOLD_REQUIRED: i32 = 205;
pub const DRAWDOWN_NOT_A_LEDGER: i32 = 301;
pub const DRAWDOWN_LEDGER_EXISTS: i32 = 302;
pub const DRAWDOWN_LEDGER_VERSION: i32 = 303;
pub const DRAWDOWN_UNSUPPORTED_LMDB: i32 = 304;
pub const DRAWDOWN_UNSUPPORTED_FILESYSTEM: i32 = 305;
pub const DRAWDOWN_BUSY: i32 = 306;
pub const DRAWDOWN_DISK_FULL: i32 = 307;
pub const DRAWDOWN_IO: i32 = 308;
pub const DRAWDOWN_CORRUPT: i32 = 309;
pub const DRAWDOWN_ALREADY_OPEN: i32 = 310;
pub const DRAWDOWN_FORKED: i32 = 311;
pub const DRAWDOWN_UNCERTAIN: i32 = 312;
pub const DRAWDOWN_VERIFY_FAILED: i32 = 313;
pub const DRAWDOWN_FOREIGN_NAMESPACE: i32 = 314;
pub const DRAWDOWN_BAD_HANDLE: i32 = 401;
pub const DRAWDOWN_BAD_STRUCT: i32 = 402;
pub const DRAWDOWN_OUT_OF_MEMORY: i32 = 403;
pub const DRAWDOWN_INTERNAL: i32 = 404;
pub const DRAWDOWN_WRONG_TYPE: i32 = 405;
pub const DRAWDOWN_COLUMN_INT64: i32 = 1;
pub const DRAWDOWN_COLUMN_DECIMAL: i32 = 2;
pub const DRAWDOWN_COLUMN_TEXT: i32 = 3;
pub const DRAWDOWN_COLUMN_TIME: i32 = 4;
pub const DRAWDOWN_COLUMN_BOOL: i32 = 5;
pub const DRAWDOWN_ADMITTED: i32 = 0;
pub const DRAWDOWN_QUOTA_EXCEEDED: i32 = 1;
pub const DRAWDOWN_TRY_BUSY: i32 = 2;
pub const DRAWDOWN_STOP_UNKNOWN: i32 = 0;
pub const DRAWDOWN_STOP_DONE: i32 = 1;
pub const DRAWDOWN_STOP_FAILED: i32 = 2;
pub const DRAWDOWN_STOP_PREEMPTED: i32 = 3;
pub const DRAWDOWN_STOP_NODE_FAILURE: i32 = 4;
pub const DRAWDOWN_STOP_CANCELLED: i32 = 5;
pub const DRAWDOWN_STOP_LOST: i32 = 6;
pub const DRAWDOWN_RUN_ANY_STATE: i32 = -1;
pub const DRAWDOWN_RUN_NEVER_STARTED: i32 = 0;
pub const DRAWDOWN_RUN_OPEN: i32 = 1;
pub const DRAWDOWN_RUN_SUSPENDED: i32 = 2;
pub const DRAWDOWN_RUN_ENDED: i32 = 3;
pub const DRAWDOWN_RUN_VOIDED: i32 = 4;
pub const DRAWDOWN_OVERDRAFT_BOOK: i32 = 0;
pub const DRAWDOWN_OVERDRAFT_REFUSE: i32 = 1;
pub const DRAWDOWN_HOLD_ANY_STATE: i32 = -1;
pub const DRAWDOWN_HOLD_OPEN: i32 = 0;
pub const DRAWDOWN_HOLD_EXPIRED: i32 = 1;
pub const DRAWDOWN_HOLD_SETTLED: i32 = 2;
pub const DRAWDOWN_HOLD_RELEASED: i32 = 3;
pub const DRAWDOWN_PERIOD_TOTAL: i32 = 0;
pub const DRAWDOWN_PERIOD_MONTH: i32 = 1;
pub const DRAWDOWN_PERIOD_INTERVAL: i32 = 2;
pub const DRAWDOWN_PERIOD_ROLLING: i32 = 3;
pub const DRAWDOWN_PERIOD_AT_ONCE: i32 = 4;
pub const DRAWDOWN_IMPORT_RUNS: i32 = 1;
pub const DRAWDOWN_IMPORT_USAGE: i32 = 2;
pub const DRAWDOWN_IMPORT_CAPACITY: i32 = 3;
pub const DRAWDOWN_IMPORT_SACCT: i32 = 4;
pub const DRAWDOWN_BY_TENANT: i32 = 0;
pub const DRAWDOWN_BY_POOL: i32 = 1;
pub const DRAWDOWN_BY_HOUR: i32 = 2;
pub const DRAWDOWN_BY_DAY: i32 = 3;
pub const DRAWDOWN_BY_MONTH: i32 = 4;

extern "C" {
    pub fn drawdown_abi_version() -> u32;
    pub fn drawdown_version() -> *const c_char;
    pub fn drawdown_code_name(code: i32) -> *const c_char;
    pub fn drawdown_error_code(error: drawdown_error) -> i32;
    pub fn drawdown_error_message(error: drawdown_error) -> *const c_char;
    pub fn drawdown_error_free(error: drawdown_error) -> i32;
    pub fn drawdown_table_shape(
        table: drawdown_table,
        rows: *mut u64,
        columns: *mut u32,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_table_column(
        table: drawdown_table,
        column: u32,
        out: *mut drawdown_column,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_table_find(
        table: drawdown_table,
        name: drawdown_text,
        column: *mut u32,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_table_int64(
        table: drawdown_table,
        row: u64,
        column: u32,
        value: *mut i64,
        is_null: *mut u8,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_table_decimal(
        table: drawdown_table,
        row: u64,
        column: u32,
        value: *mut drawdown_int128,
        is_null: *mut u8,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_table_text(
        table: drawdown_table,
        row: u64,
        column: u32,
        value: *mut drawdown_text,
        is_null: *mut u8,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_table_notes(
        table: drawdown_table,
        count: *mut u64,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_table_note(
        table: drawdown_table,
        index: u64,
        note: *mut drawdown_text,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_table_arrow(
        table: drawdown_table,
        out: *mut ArrowArrayStream,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_table_close(table: drawdown_table, error: *mut drawdown_error) -> i32;
    pub fn drawdown_bytes_view(
        bytes: drawdown_bytes,
        view: *mut drawdown_text,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_bytes_save(
        bytes: drawdown_bytes,
        path: drawdown_text,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_bytes_close(bytes: drawdown_bytes, error: *mut drawdown_error) -> i32;
    pub fn drawdown_ledger_open(
        directory: drawdown_text,
        options: *const drawdown_ledger_options,
        out: *mut drawdown_ledger,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_ledger_create(
        directory: drawdown_text,
        options: *const drawdown_ledger_options,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_ledger_close(ledger: drawdown_ledger, error: *mut drawdown_error) -> i32;
    pub fn drawdown_ledger_info(
        ledger: drawdown_ledger,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_verify(
        ledger: drawdown_ledger,
        ok: *mut u8,
        findings: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_backup(
        ledger: drawdown_ledger,
        destination: drawdown_text,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_salvage(
        directory: drawdown_text,
        destination: drawdown_text,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_meter_bind(
        ledger: drawdown_ledger,
        tenant: drawdown_text,
        pool: drawdown_text,
        strict: u8,
        out: *mut drawdown_meter,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_meter_bind_many(
        ledger: drawdown_ledger,
        tenants: *const drawdown_text,
        pools: *const drawdown_text,
        count: u64,
        strict: u8,
        out: *mut drawdown_meter,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_record(meter: drawdown_meter, gpu_us: i64);
    pub fn drawdown_record_batch(meters: *const drawdown_meter, gpu_us: *const i64, count: u64);
    pub fn drawdown_record_many(meter: drawdown_meter, gpu_us: *const i64, count: u64);
    pub fn drawdown_try_record(meter: drawdown_meter, gpu_us: i64) -> i32;
    pub fn drawdown_try_record_batch(
        meters: *const drawdown_meter,
        gpu_us: *const i64,
        count: u64,
        decisions: *mut u8,
    );
    pub fn drawdown_drain(
        ledger: drawdown_ledger,
        result: *mut drawdown_drain_result,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_live(
        ledger: drawdown_ledger,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_run_start_many(
        ledger: drawdown_ledger,
        starts: *const drawdown_run_start,
        count: u64,
        refusal: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_run_resize(
        ledger: drawdown_ledger,
        run_id: drawdown_text,
        attempt: u32,
        micro_gpus: i64,
        at_us: i64,
        refusal: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_run_suspend(
        ledger: drawdown_ledger,
        run_id: drawdown_text,
        attempt: u32,
        at_us: i64,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_run_resume(
        ledger: drawdown_ledger,
        run_id: drawdown_text,
        attempt: u32,
        at_us: i64,
        refusal: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_run_stop(
        ledger: drawdown_ledger,
        run_id: drawdown_text,
        attempt: u32,
        at_us: i64,
        reason: i32,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_run_heartbeat(
        ledger: drawdown_ledger,
        run_id: drawdown_text,
        attempt: u32,
        at_us: i64,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_run_confirm_ghost(
        ledger: drawdown_ledger,
        run_id: drawdown_text,
        attempt: u32,
        lease_us: i64,
        at_us: i64,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_run_heartbeat_many(
        ledger: drawdown_ledger,
        heartbeats: *const drawdown_heartbeat,
        count: u64,
        fresh: *mut u64,
        refused: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_ghosts(
        ledger: drawdown_ledger,
        tenant: drawdown_text,
        pool: drawdown_text,
        lease_us: i64,
        at_us: i64,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_runs(
        ledger: drawdown_ledger,
        query: *const drawdown_run_query,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_segments(
        ledger: drawdown_ledger,
        query: *const drawdown_run_query,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_hold_place(
        ledger: drawdown_ledger,
        requests: *const drawdown_hold_request,
        count: u64,
        refusal: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_hold_renew(
        ledger: drawdown_ledger,
        renewal: *const drawdown_hold_renewal,
        refusal: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_hold_settle(
        ledger: drawdown_ledger,
        hold_id: drawdown_text,
        used_gpu_us: drawdown_int128,
        overdraft: i32,
        refusal: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_hold_release(
        ledger: drawdown_ledger,
        hold_id: drawdown_text,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_hold_quote(
        ledger: drawdown_ledger,
        request: *const drawdown_hold_request,
        refusal: *mut drawdown_table,
        lines: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_holds(
        ledger: drawdown_ledger,
        query: *const drawdown_hold_query,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_exhaustions(
        ledger: drawdown_ledger,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_exhaustion_runs(
        ledger: drawdown_ledger,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_quota_set(
        ledger: drawdown_ledger,
        setting: *const drawdown_quota_setting,
        changed: *mut u8,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_quotas(
        ledger: drawdown_ledger,
        tenant: drawdown_text,
        at_us: i64,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_quota_explain(
        ledger: drawdown_ledger,
        tenant: drawdown_text,
        pool: drawdown_text,
        gpu_us: drawdown_int128,
        micro_gpus: i64,
        at_us: i64,
        refusal: *mut drawdown_table,
        holders: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_quota_changes(
        ledger: drawdown_ledger,
        tenant: drawdown_text,
        at_us: i64,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_quota_users(
        ledger: drawdown_ledger,
        tenant: drawdown_text,
        pool: drawdown_text,
        gpu_us: drawdown_int128,
        micro_gpus: i64,
        at_us: i64,
        quotas: *mut drawdown_table,
        users: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_import_files(
        ledger: drawdown_ledger,
        kind: i32,
        paths: *const drawdown_text,
        count: u64,
        options: *const drawdown_import_options,
        result: *mut drawdown_import_result,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_import_arrow(
        ledger: drawdown_ledger,
        kind: i32,
        stream: *mut ArrowArrayStream,
        options: *const drawdown_import_options,
        result: *mut drawdown_import_result,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_correct_runs(
        ledger: drawdown_ledger,
        path: drawdown_text,
        reason: drawdown_text,
        options: *const drawdown_import_options,
        result: *mut drawdown_import_result,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_usage(
        ledger: drawdown_ledger,
        query: *const drawdown_usage_query,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_journal(
        ledger: drawdown_ledger,
        from_sequence: u64,
        limit: u64,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_contract_apply(
        ledger: drawdown_ledger,
        names: *const drawdown_text,
        texts: *const drawdown_text,
        count: u64,
        outcome: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_contract_validate(
        name: drawdown_text,
        text: drawdown_text,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_contracts(
        ledger: drawdown_ledger,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_statement(
        ledger: drawdown_ledger,
        query: *const drawdown_statement_query,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_statement_text(
        ledger: drawdown_ledger,
        query: *const drawdown_statement_query,
        format: drawdown_text,
        out: *mut drawdown_bytes,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_status(
        ledger: drawdown_ledger,
        at_us: i64,
        as_of_us: i64,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_reconcile_files(
        ledger: drawdown_ledger,
        query: *const drawdown_statement_query,
        bills: *const drawdown_text,
        count: u64,
        options: *const drawdown_reconcile_options,
        clean: *mut u8,
        breaks: *mut drawdown_table,
        checks: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_reconcile_arrow(
        ledger: drawdown_ledger,
        query: *const drawdown_statement_query,
        bill: *mut ArrowArrayStream,
        options: *const drawdown_reconcile_options,
        clean: *mut u8,
        breaks: *mut drawdown_table,
        checks: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_bill_summary(
        bills: *const drawdown_text,
        count: u64,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_bill_summary_with(
        bills: *const drawdown_text,
        count: u64,
        options: *const drawdown_bill_options,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_period_close(
        ledger: drawdown_ledger,
        contract: drawdown_text,
        period: drawdown_text,
        was_closed: *mut u8,
        closed: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_closed_periods(
        ledger: drawdown_ledger,
        contract: drawdown_text,
        as_of_us: i64,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_forecast(
        ledger: drawdown_ledger,
        query: *const drawdown_forecast_query,
        intervals: *mut drawdown_table,
        costs: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_due_dates(
        ledger: drawdown_ledger,
        at_us: i64,
        as_of_us: i64,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_portfolio(
        ledger: drawdown_ledger,
        at_us: i64,
        as_of_us: i64,
        out: *mut drawdown_table,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_report_html(
        ledger: drawdown_ledger,
        contract: drawdown_text,
        at_us: i64,
        as_of_us: i64,
        out: *mut drawdown_bytes,
        error: *mut drawdown_error,
    ) -> i32;
    pub fn drawdown_tenant_move(
        ledger: drawdown_ledger,
        old_path: drawdown_text,
        new_path: drawdown_text,
        from_us: i64,
        changed: *mut u8,
        error: *mut drawdown_error,
    ) -> i32;
}
