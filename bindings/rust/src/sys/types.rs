//! The structs of `drawdown.h`, with the defaults of their `_INIT` macros.
use std::mem::size_of;
use std::os::raw::{c_char, c_int, c_void};
use std::ptr::{null, null_mut};

use super::{
    DRAWDOWN_HOLD_ANY_STATE, DRAWDOWN_PERIOD_MONTH, DRAWDOWN_RUN_ANY_STATE, DRAWDOWN_UNSET,
};

pub type drawdown_error = u64;
pub type drawdown_table = u64;
pub type drawdown_bytes = u64;
pub type drawdown_ledger = u64;
pub type drawdown_meter = u64;

const NO_TEXT: drawdown_text = drawdown_text {
    data: null(),
    size: 0,
};
const ZERO: drawdown_int128 = drawdown_int128 { low: 0, high: 0 };

// Of Arrow's C data and C stream interfaces, as drawdown.h has them.
#[repr(C)]
pub struct ArrowSchema {
    pub format: *const c_char,
    pub name: *const c_char,
    pub metadata: *const c_char,
    pub flags: i64,
    pub n_children: i64,
    pub children: *mut *mut ArrowSchema,
    pub dictionary: *mut ArrowSchema,
    pub release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    pub private_data: *mut c_void,
}

#[repr(C)]
pub struct ArrowArray {
    pub length: i64,
    pub null_count: i64,
    pub offset: i64,
    pub n_buffers: i64,
    pub n_children: i64,
    pub buffers: *mut *const c_void,
    pub children: *mut *mut ArrowArray,
    pub dictionary: *mut ArrowArray,
    pub release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    pub private_data: *mut c_void,
}

#[repr(C)]
pub struct ArrowArrayStream {
    pub get_schema: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int>,
    pub get_next: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int>,
    pub get_last_error: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char>,
    pub release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    pub private_data: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_text {
    pub data: *const c_char,
    pub size: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_int128 {
    pub low: u64,
    pub high: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_column {
    pub struct_size: u32,
    pub r#type: i32,
    pub scale: i32,
    pub reserved: u32,
    pub name: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_ledger_options {
    pub struct_size: u32,
    pub create_if_missing: u8,
    pub allow_any_filesystem: u8,
    pub reserved: u16,
    pub bucket_us: i64,
    pub lock_timeout_us: i64,
    pub map_size_bytes: u64,
    pub drain_interval_us: i64,
    pub now_us: Option<unsafe extern "C" fn(*mut c_void) -> i64>,
    pub now_context: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_drain_result {
    pub struct_size: u32,
    pub flipped: u8,
    pub reserved: [u8; 3],
    pub meters: u64,
    pub gpu_us: drawdown_int128,
    pub files: u64,
    pub retired: u64,
    pub regressions: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_run_start {
    pub struct_size: u32,
    pub attempt: u32,
    pub run_id: drawdown_text,
    pub tenant: drawdown_text,
    pub pool: drawdown_text,
    pub micro_gpus: i64,
    pub at_us: i64,
    pub hold_id: drawdown_text,
    pub device: drawdown_text,
    pub share_num: i64,
    pub share_den: i64,
    pub strict: u8,
    pub reserved: [u8; 7],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_heartbeat {
    pub struct_size: u32,
    pub attempt: u32,
    pub run_id: drawdown_text,
    pub at_us: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_run_query {
    pub struct_size: u32,
    pub state: i32,
    pub tenant: drawdown_text,
    pub pool: drawdown_text,
    pub run_id: drawdown_text,
    pub array: drawdown_text,
    pub limit: u64,
    pub after_run_id: drawdown_text,
    pub after_attempt: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_hold_request {
    pub struct_size: u32,
    pub strict: u8,
    pub reserved: [u8; 3],
    pub hold_id: drawdown_text,
    pub tenant: drawdown_text,
    pub pool: drawdown_text,
    pub gpu_us: drawdown_int128,
    pub micro_gpus: i64,
    pub ttl_us: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_hold_renewal {
    pub struct_size: u32,
    pub renewal: u32,
    pub hold_id: drawdown_text,
    pub charge_gpu_us: drawdown_int128,
    pub extend_gpu_us: drawdown_int128,
    pub ttl_us: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_hold_query {
    pub struct_size: u32,
    pub state: i32,
    pub tenant: drawdown_text,
    pub pool: drawdown_text,
    pub hold_id: drawdown_text,
    pub limit: u64,
    pub at_us: i64,
    pub after_hold_id: drawdown_text,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_quota_setting {
    pub struct_size: u32,
    pub period: i32,
    pub tenant: drawdown_text,
    pub pool: drawdown_text,
    pub rolling_us: i64,
    pub contract: drawdown_text,
    pub commitment: drawdown_text,
    pub unlimited: u8,
    pub soft: u8,
    pub slice: u8,
    pub lends: u8,
    pub reserved: u32,
    pub nominal: drawdown_int128,
    pub lending: drawdown_int128,
    pub borrowing: drawdown_int128,
    pub from_us: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_import_options {
    pub struct_size: u32,
    pub strict: u8,
    pub reserved: [u8; 3],
    pub zone: drawdown_text,
    pub columns: *const drawdown_text,
    pub column_pairs: u64,
    pub constants: *const drawdown_text,
    pub constant_pairs: u64,
    pub max_problems: u64,
    pub progress: Option<unsafe extern "C" fn(*mut c_void, *const c_char, u64, u64)>,
    pub progress_context: *mut c_void,
    pub note: Option<unsafe extern "C" fn(*mut c_void, *const c_char)>,
    pub note_context: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_import_result {
    pub struct_size: u32,
    pub reserved: u32,
    pub rows: u64,
    pub inserted: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub open: u64,
    pub never_started: u64,
    pub zero_gpu: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_usage_query {
    pub struct_size: u32,
    pub net: u8,
    pub reserved: [u8; 3],
    pub by: *const i32,
    pub by_count: u64,
    pub from_us: i64,
    pub to_us: i64,
    pub at_us: i64,
    pub as_of_us: i64,
    pub tenant: drawdown_text,
    pub pool: drawdown_text,
    pub zone: drawdown_text,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_statement_query {
    pub struct_size: u32,
    pub reserved: u32,
    pub contract: drawdown_text,
    pub period: drawdown_text,
    pub at_us: i64,
    pub as_of_us: i64,
    pub tenant: drawdown_text,
    pub has_tenant: u8,
    pub reserved2: [u8; 7],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_usage_scale {
    pub struct_size: u32,
    pub reserved: u32,
    pub tenant: drawdown_text,
    pub factor_micro: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_added_run {
    pub struct_size: u32,
    pub reserved: u32,
    pub tenant: drawdown_text,
    pub pool: drawdown_text,
    pub micro_gpus: i64,
    pub start_us: i64,
    pub end_us: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_forecast_query {
    pub struct_size: u32,
    pub intervals: u32,
    pub contract: drawdown_text,
    pub at_us: i64,
    pub as_of_us: i64,
    pub until_us: i64,
    pub exercise: *const drawdown_text,
    pub exercise_count: u64,
    pub scales: *const drawdown_usage_scale,
    pub scale_count: u64,
    pub runs: *const drawdown_added_run,
    pub run_count: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_reconcile_options {
    pub struct_size: u32,
    pub has_tolerance: u8,
    pub reserved: [u8; 3],
    pub tolerance: drawdown_int128,
    pub memory_bytes: u64,
    pub tenant_tag: drawdown_text,
    pub text_format: drawdown_text,
    pub text: *mut drawdown_bytes,
    pub snapshots: u8,
    pub reserved2: [u8; 7],
    pub mapping: drawdown_text,
    pub bill_format: drawdown_text,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct drawdown_bill_options {
    pub struct_size: u32,
    pub snapshots: u8,
    pub reserved: [u8; 3],
    pub mapping: drawdown_text,
    pub bill_format: drawdown_text,
}

impl Default for drawdown_column {
    fn default() -> Self {
        drawdown_column {
            struct_size: size_of::<drawdown_column>() as u32,
            r#type: 0,
            scale: 0,
            reserved: 0,
            name: null(),
        }
    }
}

impl Default for drawdown_ledger_options {
    fn default() -> Self {
        drawdown_ledger_options {
            struct_size: size_of::<drawdown_ledger_options>() as u32,
            create_if_missing: 0,
            allow_any_filesystem: 0,
            reserved: 0,
            bucket_us: 3_600_000_000,
            lock_timeout_us: 5_000_000,
            map_size_bytes: 68_719_476_736,
            drain_interval_us: 1_000_000,
            now_us: None,
            now_context: null_mut(),
        }
    }
}

impl Default for drawdown_drain_result {
    fn default() -> Self {
        drawdown_drain_result {
            struct_size: size_of::<drawdown_drain_result>() as u32,
            flipped: 0,
            reserved: [0; 3],
            meters: 0,
            gpu_us: ZERO,
            files: 0,
            retired: 0,
            regressions: 0,
        }
    }
}

impl Default for drawdown_run_start {
    fn default() -> Self {
        drawdown_run_start {
            struct_size: size_of::<drawdown_run_start>() as u32,
            attempt: 1,
            run_id: NO_TEXT,
            tenant: NO_TEXT,
            pool: NO_TEXT,
            micro_gpus: 0,
            at_us: 0,
            hold_id: NO_TEXT,
            device: NO_TEXT,
            share_num: 0,
            share_den: 1,
            strict: 0,
            reserved: [0; 7],
        }
    }
}

impl Default for drawdown_heartbeat {
    fn default() -> Self {
        drawdown_heartbeat {
            struct_size: size_of::<drawdown_heartbeat>() as u32,
            attempt: 1,
            run_id: NO_TEXT,
            at_us: 0,
        }
    }
}

impl Default for drawdown_run_query {
    fn default() -> Self {
        drawdown_run_query {
            struct_size: size_of::<drawdown_run_query>() as u32,
            state: DRAWDOWN_RUN_ANY_STATE,
            tenant: NO_TEXT,
            pool: NO_TEXT,
            run_id: NO_TEXT,
            array: NO_TEXT,
            limit: 0,
            after_run_id: NO_TEXT,
            after_attempt: 0,
            reserved: 0,
        }
    }
}

impl Default for drawdown_hold_request {
    fn default() -> Self {
        drawdown_hold_request {
            struct_size: size_of::<drawdown_hold_request>() as u32,
            strict: 0,
            reserved: [0; 3],
            hold_id: NO_TEXT,
            tenant: NO_TEXT,
            pool: NO_TEXT,
            gpu_us: ZERO,
            micro_gpus: 0,
            ttl_us: 3_600_000_000,
        }
    }
}

impl Default for drawdown_hold_renewal {
    fn default() -> Self {
        drawdown_hold_renewal {
            struct_size: size_of::<drawdown_hold_renewal>() as u32,
            renewal: 0,
            hold_id: NO_TEXT,
            charge_gpu_us: ZERO,
            extend_gpu_us: ZERO,
            ttl_us: 0,
        }
    }
}

impl Default for drawdown_hold_query {
    fn default() -> Self {
        drawdown_hold_query {
            struct_size: size_of::<drawdown_hold_query>() as u32,
            state: DRAWDOWN_HOLD_ANY_STATE,
            tenant: NO_TEXT,
            pool: NO_TEXT,
            hold_id: NO_TEXT,
            limit: 0,
            at_us: DRAWDOWN_UNSET,
            after_hold_id: NO_TEXT,
        }
    }
}

impl Default for drawdown_quota_setting {
    fn default() -> Self {
        drawdown_quota_setting {
            struct_size: size_of::<drawdown_quota_setting>() as u32,
            period: DRAWDOWN_PERIOD_MONTH,
            tenant: NO_TEXT,
            pool: drawdown_text {
                data: b"*".as_ptr().cast(),
                size: 1,
            },
            rolling_us: 0,
            contract: NO_TEXT,
            commitment: NO_TEXT,
            unlimited: 0,
            soft: 0,
            slice: 0,
            lends: 0,
            reserved: 0,
            nominal: ZERO,
            lending: ZERO,
            borrowing: ZERO,
            from_us: DRAWDOWN_UNSET,
        }
    }
}

impl Default for drawdown_import_options {
    fn default() -> Self {
        drawdown_import_options {
            struct_size: size_of::<drawdown_import_options>() as u32,
            strict: 0,
            reserved: [0; 3],
            zone: NO_TEXT,
            columns: null(),
            column_pairs: 0,
            constants: null(),
            constant_pairs: 0,
            max_problems: 20,
            progress: None,
            progress_context: null_mut(),
            note: None,
            note_context: null_mut(),
        }
    }
}

impl Default for drawdown_import_result {
    fn default() -> Self {
        drawdown_import_result {
            struct_size: size_of::<drawdown_import_result>() as u32,
            reserved: 0,
            rows: 0,
            inserted: 0,
            updated: 0,
            unchanged: 0,
            open: 0,
            never_started: 0,
            zero_gpu: 0,
        }
    }
}

impl Default for drawdown_usage_query {
    fn default() -> Self {
        drawdown_usage_query {
            struct_size: size_of::<drawdown_usage_query>() as u32,
            net: 0,
            reserved: [0; 3],
            by: null(),
            by_count: 0,
            from_us: DRAWDOWN_UNSET,
            to_us: DRAWDOWN_UNSET,
            at_us: DRAWDOWN_UNSET,
            as_of_us: DRAWDOWN_UNSET,
            tenant: NO_TEXT,
            pool: NO_TEXT,
            zone: NO_TEXT,
        }
    }
}

impl Default for drawdown_statement_query {
    fn default() -> Self {
        drawdown_statement_query {
            struct_size: size_of::<drawdown_statement_query>() as u32,
            reserved: 0,
            contract: NO_TEXT,
            period: NO_TEXT,
            at_us: DRAWDOWN_UNSET,
            as_of_us: DRAWDOWN_UNSET,
            tenant: NO_TEXT,
            has_tenant: 0,
            reserved2: [0; 7],
        }
    }
}

impl Default for drawdown_reconcile_options {
    fn default() -> Self {
        drawdown_reconcile_options {
            struct_size: size_of::<drawdown_reconcile_options>() as u32,
            has_tolerance: 0,
            reserved: [0; 3],
            tolerance: ZERO,
            memory_bytes: 0,
            tenant_tag: NO_TEXT,
            text_format: NO_TEXT,
            text: null_mut(),
            snapshots: 0,
            reserved2: [0; 7],
            mapping: NO_TEXT,
            bill_format: NO_TEXT,
        }
    }
}

impl Default for drawdown_bill_options {
    fn default() -> Self {
        drawdown_bill_options {
            struct_size: size_of::<drawdown_bill_options>() as u32,
            snapshots: 0,
            reserved: [0; 3],
            mapping: NO_TEXT,
            bill_format: NO_TEXT,
        }
    }
}

impl Default for drawdown_usage_scale {
    fn default() -> Self {
        drawdown_usage_scale {
            struct_size: size_of::<drawdown_usage_scale>() as u32,
            reserved: 0,
            tenant: NO_TEXT,
            factor_micro: 1_000_000,
        }
    }
}

impl Default for drawdown_added_run {
    fn default() -> Self {
        drawdown_added_run {
            struct_size: size_of::<drawdown_added_run>() as u32,
            reserved: 0,
            tenant: NO_TEXT,
            pool: NO_TEXT,
            micro_gpus: 0,
            start_us: 0,
            end_us: 0,
        }
    }
}

impl Default for drawdown_forecast_query {
    fn default() -> Self {
        drawdown_forecast_query {
            struct_size: size_of::<drawdown_forecast_query>() as u32,
            intervals: 1,
            contract: NO_TEXT,
            at_us: DRAWDOWN_UNSET,
            as_of_us: DRAWDOWN_UNSET,
            until_us: DRAWDOWN_UNSET,
            exercise: std::ptr::null(),
            exercise_count: 0,
            scales: std::ptr::null(),
            scale_count: 0,
            runs: std::ptr::null(),
            run_count: 0,
        }
    }
}
