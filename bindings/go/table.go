package drawdown

// #include "defaults.h"
import "C"

import (
	"fmt"
	"runtime"
	"time"
	"unsafe"
)

// A Table is an answer with rows: a copy, which does not change and outlives
// its ledger. Close gives its memory back; so does the garbage collector.
type Table struct {
	handle  C.drawdown_table
	rows    int
	columns []column
}

type column struct {
	name  string
	kind  C.int32_t
	scale int
}

func tableOf(handle C.drawdown_table) (*Table, error) {
	t := &Table{handle: handle}
	runtime.SetFinalizer(t, (*Table).Close)
	var failure C.drawdown_error
	var rows C.uint64_t
	var columns C.uint32_t
	err := check(C.drawdown_table_shape(handle, &rows, &columns, &failure), &failure)
	for i := C.uint32_t(0); i < columns && err == nil; i++ {
		c := C.drawdown_go_column()
		err = check(C.drawdown_table_column(handle, i, &c, &failure), &failure)
		if err == nil {
			t.columns = append(t.columns, column{C.GoString(c.name), c._type, int(c.scale)})
		}
	}
	t.rows = int(rows)
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Close ends the table; a second time does nothing.
func (t *Table) Close() {
	runtime.SetFinalizer(t, nil)
	C.drawdown_table_close(t.handle, nil)
	t.handle, t.rows = 0, 0
}

// Len is how many rows there are.
func (t *Table) Len() int { return t.rows }

// Columns are the columns' names, in their order.
func (t *Table) Columns() []string {
	names := make([]string, len(t.columns))
	for i, column := range t.columns {
		names[i] = column.name
	}
	return names
}

// Notes are what the reader should know of the answer, a line each.
func (t *Table) Notes() ([]string, error) {
	defer runtime.KeepAlive(t)
	var failure C.drawdown_error
	var count C.uint64_t
	err := check(C.drawdown_table_notes(t.handle, &count, &failure), &failure)
	var notes []string
	for i := C.uint64_t(0); i < count && err == nil; i++ {
		var note C.drawdown_text
		err = check(C.drawdown_table_note(t.handle, i, &note, &failure), &failure)
		if err == nil {
			notes = append(notes, stringOf(note))
		}
	}
	return notes, err
}

// Row is the row-th; reading it past the last is an error.
func (t *Table) Row(row int) Row { return Row{t, row} }

// Rows are all of them, the first first.
func (t *Table) Rows() []Row {
	rows := make([]Row, t.rows)
	for i := range rows {
		rows[i] = Row{t, i}
	}
	return rows
}

// A Row of a table. A column that is none is NotFound.
type Row struct {
	table *Table
	row   int
}

// Get is a cell: nil where there is no value, else an int64, a Decimal, a
// string, a Time in UTC or a bool.
func (r Row) Get(name string) (any, error) {
	for i, column := range r.table.columns {
		if column.name == name {
			return r.table.cell(r.row, i)
		}
	}
	return nil, &Error{NotFound, fmt.Sprintf("no column %s; there are %v", name, r.table.Columns())}
}

func (t *Table) cell(row, index int) (any, error) {
	defer runtime.KeepAlive(t)
	if row < 0 {
		return nil, &Error{InvalidArgument, fmt.Sprintf("no row %d of %d", row, t.rows)}
	}
	column := t.columns[index]
	at, of := C.uint64_t(row), C.uint32_t(index)
	var failure C.drawdown_error
	var null C.uint8_t
	var value any
	var err error
	switch column.kind {
	case C.DRAWDOWN_COLUMN_TEXT:
		var cell C.drawdown_text
		err = check(C.drawdown_table_text(t.handle, at, of, &cell, &null, &failure), &failure)
		if err == nil {
			value = stringOf(cell)
		}
	case C.DRAWDOWN_COLUMN_DECIMAL:
		var cell C.drawdown_int128
		err = check(C.drawdown_table_decimal(t.handle, at, of, &cell, &null, &failure), &failure)
		value = Decimal{int128Of(cell), column.scale}
	default:
		var cell C.int64_t
		err = check(C.drawdown_table_int64(t.handle, at, of, &cell, &null, &failure), &failure)
		value = numberOf(column.kind, int64(cell))
	}
	if err != nil || null != 0 {
		return nil, err
	}
	return value, nil
}

func numberOf(kind C.int32_t, cell int64) any {
	switch kind {
	case C.DRAWDOWN_COLUMN_TIME:
		return time.UnixMicro(cell).UTC()
	case C.DRAWDOWN_COLUMN_BOOL:
		return cell != 0
	default:
		return cell
	}
}

// Text is a text, "" where there is none; WrongType of another column.
func (r Row) Text(name string) (string, error) { return typed[string](r, name) }

// Int is a whole number, 0 where there is none; WrongType of another column.
func (r Row) Int(name string) (int64, error) { return typed[int64](r, name) }

// Decimal is GPU-seconds, GPUs or money, 0 where there is none; WrongType of
// another column.
func (r Row) Decimal(name string) (Decimal, error) { return typed[Decimal](r, name) }

// Time is an instant in UTC, zero where there is none; WrongType of another
// column.
func (r Row) Time(name string) (Time, error) { return typed[Time](r, name) }

// Bool is a flag, false where there is none; WrongType of another column.
func (r Row) Bool(name string) (bool, error) { return typed[bool](r, name) }

func typed[T any](r Row, name string) (T, error) {
	var none T
	value, err := r.Get(name)
	if err != nil || value == nil {
		return none, err
	}
	is, ok := value.(T)
	if !ok {
		return none, &Error{WrongType, fmt.Sprintf("column %s holds %T, not %T", name, value, none)}
	}
	return is, nil
}

// A reader keeps the first error of several cells.
type reader struct {
	row Row
	err error
}

func (r *reader) text(name string) string     { return read[string](r, name) }
func (r *reader) decimal(name string) Decimal { return read[Decimal](r, name) }
func (r *reader) time(name string) Time       { return read[Time](r, name) }

func read[T any](r *reader, name string) T {
	value, err := typed[T](r.row, name)
	if r.err == nil {
		r.err = err
	}
	return value
}

// lines are one column's texts.
func (t *Table) lines(name string) ([]string, error) {
	lines := make([]string, 0, t.rows)
	for _, row := range t.Rows() {
		line, err := row.Text(name)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func stringOf(text C.drawdown_text) string {
	return string(unsafe.Slice((*byte)(unsafe.Pointer(text.data)), int(text.size)))
}
