//! Answers with rows.
use std::ffi::CStr;
use std::slice;

use crate::error::{call, code, Error, Result};
use crate::sys;
use crate::value::{of_wide, text, Decimal, Time};

/// Rows of named columns: a copy, which does not change and outlives its
/// ledger.
#[derive(Debug)]
pub struct Table {
    handle: sys::drawdown_table,
    rows: u64,
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    name: String,
    kind: i32,
    scale: u32,
}

/// A cell. Texts are borrowed from the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Value<'t> {
    Null,
    Int(i64),
    Decimal(Decimal),
    Text(&'t str),
    Time(Time),
    Bool(bool),
}

impl Table {
    /// Takes over the handle.
    pub(crate) fn of(handle: sys::drawdown_table) -> Result<Table> {
        let mut table = Table {
            handle,
            rows: 0,
            columns: Vec::new(),
        };
        let mut count = 0;
        // SAFETY, here and below: pointers to live values.
        call(|e| unsafe { sys::drawdown_table_shape(handle, &mut table.rows, &mut count, e) })?;
        for index in 0..count {
            let mut column = sys::drawdown_column::default();
            call(|e| unsafe { sys::drawdown_table_column(handle, index, &mut column, e) })?;
            table.columns.push(Column {
                name: unsafe { CStr::from_ptr(column.name) }
                    .to_string_lossy()
                    .into_owned(),
                kind: column.r#type,
                scale: column.scale as u32,
            });
        }
        Ok(table)
    }

    /// Makes a call that gives a table.
    pub(crate) fn from_call(
        function: impl FnOnce(*mut sys::drawdown_table, *mut sys::drawdown_error) -> i32,
    ) -> Result<Table> {
        let mut handle = 0;
        call(|e| function(&mut handle, e))?;
        Table::of(handle)
    }

    /// How many rows there are.
    pub fn len(&self) -> u64 {
        self.rows
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }
    /// The columns' names, in their order.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// A row; INVALID_ARGUMENT past the last.
    pub fn row(&self, row: u64) -> Result<Row<'_>> {
        if row >= self.rows {
            return Err(Error::new(
                code::INVALID_ARGUMENT,
                format!("no row {row} of {}", self.rows),
            ));
        }
        Ok(Row { table: self, row })
    }

    /// All of them, the first first.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.rows).map(move |row| Row { table: self, row })
    }

    /// What the reader should know of the answer, a line each.
    pub fn notes(&self) -> Result<Vec<String>> {
        let mut count = 0;
        call(|e| unsafe { sys::drawdown_table_notes(self.handle, &mut count, e) })?;
        let mut notes = Vec::new();
        for index in 0..count {
            let mut note = sys::drawdown_text {
                data: std::ptr::null(),
                size: 0,
            };
            call(|e| unsafe { sys::drawdown_table_note(self.handle, index, &mut note, e) })?;
            notes.push(unsafe { view(&note) }.to_owned());
        }
        Ok(notes)
    }

    /// The same cells without a copy, as an Arrow C stream, which outlives the
    /// table.
    pub fn arrow(&self) -> Result<ArrowStream> {
        let mut stream = ArrowStream(sys::ArrowArrayStream {
            get_schema: None,
            get_next: None,
            get_last_error: None,
            release: None,
            private_data: std::ptr::null_mut(),
        });
        call(|e| unsafe { sys::drawdown_table_arrow(self.handle, &mut stream.0, e) })?;
        Ok(stream)
    }

    fn find(&self, name: &str) -> Result<u32> {
        let mut column = 0;
        call(|e| unsafe { sys::drawdown_table_find(self.handle, text(name), &mut column, e) })?;
        Ok(column)
    }

    fn cell(&self, row: u64, index: u32) -> Result<Value<'_>> {
        let Column { kind, scale, .. } = &self.columns[index as usize];
        let mut null = 0;
        let value = match *kind {
            sys::DRAWDOWN_COLUMN_TEXT => {
                let mut cell = sys::drawdown_text {
                    data: std::ptr::null(),
                    size: 0,
                };
                call(|e| unsafe {
                    sys::drawdown_table_text(self.handle, row, index, &mut cell, &mut null, e)
                })?;
                // The text lives as long as the table.
                Value::Text(unsafe { view(&cell) })
            }
            sys::DRAWDOWN_COLUMN_DECIMAL => {
                let mut cell = sys::drawdown_int128 { low: 0, high: 0 };
                call(|e| unsafe {
                    sys::drawdown_table_decimal(self.handle, row, index, &mut cell, &mut null, e)
                })?;
                Value::Decimal(Decimal {
                    units: of_wide(cell),
                    scale: *scale,
                })
            }
            number => {
                let mut cell = 0;
                call(|e| unsafe {
                    sys::drawdown_table_int64(self.handle, row, index, &mut cell, &mut null, e)
                })?;
                match number {
                    sys::DRAWDOWN_COLUMN_TIME => Value::Time(Time::from_unix_micros(cell)),
                    sys::DRAWDOWN_COLUMN_BOOL => Value::Bool(cell != 0),
                    _ => Value::Int(cell),
                }
            }
        };
        Ok(if null == 0 { value } else { Value::Null })
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        unsafe { sys::drawdown_table_close(self.handle, std::ptr::null_mut()) };
    }
}

/// A row of a table. Columns are named; a name that is none is NOT_FOUND, one
/// of another type WRONG_TYPE.
#[derive(Clone, Copy, Debug)]
pub struct Row<'t> {
    table: &'t Table,
    row: u64,
}

macro_rules! typed {
    ($(#[$doc:meta])* $name:ident, $variant:ident, $type:ty) => {
        $(#[$doc])*
        pub fn $name(&self, column: &str) -> Result<Option<$type>> {
            match self.get(column)? {
                Value::$variant(value) => Ok(Some(value)),
                Value::Null => Ok(None),
                other => Err(Error::new(
                    code::WRONG_TYPE,
                    format!("column {column} holds {other:?}"),
                )),
            }
        }
    };
}

impl<'t> Row<'t> {
    /// The cell of a column, whatever it is.
    pub fn get(&self, column: &str) -> Result<Value<'t>> {
        self.table.cell(self.row, self.table.find(column)?)
    }
    typed!(
        /// A text; `None` where there is none.
        text, Text, &'t str);
    typed!(
        /// A whole number; `None` where there is none.
        int, Int, i64);
    typed!(
        /// GPU-seconds, GPUs or money; `None` where there is none.
        decimal, Decimal, Decimal);
    typed!(
        /// An instant; `None` where there is none.
        time, Time, Time);
    typed!(
        /// A flag; `None` where there is none.
        bool, Bool, bool);

    pub(crate) fn amount(&self, column: &str) -> Result<Decimal> {
        Ok(self
            .decimal(column)?
            .unwrap_or(Decimal { units: 0, scale: 0 }))
    }
}

/// An Arrow C stream; the struct is the standard's, so that a pointer to it is
/// what `arrow-rs`, `polars` and others import from.
#[allow(missing_debug_implementations)]
pub struct ArrowStream(sys::ArrowArrayStream);

// SAFETY: its functions may be called from any thread, one at a time.
unsafe impl Send for ArrowStream {}

impl ArrowStream {
    /// Whoever takes the stream out of here sets its `release` to `None`, as
    /// the standard says; what is not taken is released on drop.
    pub fn as_mut_ptr(&mut self) -> *mut sys::ArrowArrayStream {
        &mut self.0
    }
}

impl Drop for ArrowStream {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: it is set, so it was not released.
            unsafe { release(&mut self.0) };
        }
    }
}

/// # Safety
/// What it points to must outlive `'t`. The library gives UTF-8.
pub(crate) unsafe fn view<'t>(text: &sys::drawdown_text) -> &'t str {
    if text.size == 0 {
        return "";
    }
    let bytes = slice::from_raw_parts(text.data.cast::<u8>(), text.size as usize);
    std::str::from_utf8(bytes).unwrap_or("\u{fffd}")
}
