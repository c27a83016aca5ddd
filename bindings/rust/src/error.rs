//! Errors: a code, its name, and a line for a person.
use std::ffi::CStr;
use std::fmt;

use crate::sys;
use crate::value::static_text;

/// What calls return.
pub type Result<T> = std::result::Result<T, Error>;

/// The codes that programs look for; all of them are in [`crate::sys`].
pub mod code {
    #![allow(missing_docs)]
    pub use crate::sys::{
        DRAWDOWN_ALREADY_OPEN as ALREADY_OPEN, DRAWDOWN_BAD_CONTRACT as BAD_CONTRACT,
        DRAWDOWN_BAD_HANDLE as BAD_HANDLE, DRAWDOWN_BUSY as BUSY, DRAWDOWN_CONFLICT as CONFLICT,
        DRAWDOWN_CORRUPT as CORRUPT, DRAWDOWN_DISK_FULL as DISK_FULL, DRAWDOWN_FORKED as FORKED,
        DRAWDOWN_HOLD_REQUIRED as HOLD_REQUIRED, DRAWDOWN_INVALID_ARGUMENT as INVALID_ARGUMENT,
        DRAWDOWN_LEDGER_EXISTS as LEDGER_EXISTS, DRAWDOWN_NOT_A_LEDGER as NOT_A_LEDGER,
        DRAWDOWN_NOT_FOUND as NOT_FOUND, DRAWDOWN_OVERFLOW as OVERFLOW,
        DRAWDOWN_TOO_OLD as TOO_OLD, DRAWDOWN_UNKNOWN_NAME as UNKNOWN_NAME,
        DRAWDOWN_UNSUPPORTED as UNSUPPORTED, DRAWDOWN_WRONG_STATE as WRONG_STATE,
        DRAWDOWN_WRONG_TYPE as WRONG_TYPE,
    };
}

/// Something the library refused or could not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: i32,
    message: String,
}

impl Error {
    pub(crate) fn new(code: i32, message: impl Into<String>) -> Error {
        Error {
            code,
            message: message.into(),
        }
    }

    /// Its number: one of [`code`], or another of `drawdown.h`.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// The number's name: "busy", "conflict".
    pub fn detail(&self) -> &'static str {
        // SAFETY: a static text, whatever the number.
        unsafe { static_text(sys::drawdown_code_name(self.code)) }
    }

    /// One line for a person, or one per problem of an input.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.detail(), self.message)
    }
}

impl std::error::Error for Error {}

/// Makes a call that reports through an error object, which it frees.
pub(crate) fn call(function: impl FnOnce(*mut sys::drawdown_error) -> i32) -> Result<()> {
    let mut error: sys::drawdown_error = 0;
    let code = function(&mut error);
    if code == sys::DRAWDOWN_OK {
        return Ok(());
    }
    // SAFETY: the message is valid until the error is freed, which is below.
    let message = unsafe { CStr::from_ptr(sys::drawdown_error_message(error)) }
        .to_string_lossy()
        .into_owned();
    // SAFETY: a handle; one that is none is an error, not a fault.
    unsafe { sys::drawdown_error_free(error) };
    Err(Error { code, message })
}
