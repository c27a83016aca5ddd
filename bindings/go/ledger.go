package drawdown

// #include "defaults.h"
import "C"

import (
	"sync/atomic"
	"time"
)

// Options say how to open a ledger; the zero value opens one that exists.
type Options struct {
	Create             bool          // if it is not there
	Bucket             time.Duration // of a ledger made now; 0: an hour
	LockTimeout        time.Duration // before a call is Busy; 0: 5 s
	DrainInterval      time.Duration // of meters; 0: 1 s; negative: by Drain alone
	AllowAnyFilesystem bool
}

// A Ledger is the books in one directory; any number of processes may have it
// open. Close it.
type Ledger struct {
	// The handle. Written by Close, read by every call: atomically, because
	// Close may come from another goroutine. A stale one is an error.
	handle uint64
}

// Open opens a ledger.
func Open(directory string, options Options) (*Ledger, error) {
	var a arena
	defer a.free()
	c := C.drawdown_go_ledger_options()
	c.create_if_missing = flag(options.Create)
	c.allow_any_filesystem = flag(options.AllowAnyFilesystem)
	c.bucket_us = micros(options.Bucket, c.bucket_us)
	c.lock_timeout_us = micros(options.LockTimeout, c.lock_timeout_us)
	c.drain_interval_us = micros(options.DrainInterval, c.drain_interval_us)
	if options.DrainInterval < 0 {
		c.drain_interval_us = 0
	}
	var failure C.drawdown_error
	var handle C.drawdown_ledger
	err := check(C.drawdown_ledger_open(a.text(directory), &c, &handle, &failure), &failure)
	if err != nil {
		return nil, err
	}
	return &Ledger{uint64(handle)}, nil
}

// Close closes the ledger when the calls of other goroutines are done. A second
// time does nothing. Meters go on counting.
func (l *Ledger) Close() error {
	var failure C.drawdown_error
	handle := C.drawdown_ledger(atomic.SwapUint64(&l.handle, 0))
	return check(C.drawdown_ledger_close(handle, &failure), &failure)
}

func (l *Ledger) c() C.drawdown_ledger {
	return C.drawdown_ledger(atomic.LoadUint64(&l.handle))
}

// call makes a call that gives nothing but errors.
func (l *Ledger) call(function func(C.drawdown_ledger, *arena, *C.drawdown_error) C.int32_t) error {
	var a arena
	defer a.free()
	var failure C.drawdown_error
	return check(function(l.c(), &a, &failure), &failure)
}

type tableCall = func(C.drawdown_ledger, *arena, *C.drawdown_table, *C.drawdown_error) C.int32_t

// table makes a call that gives a table.
func (l *Ledger) table(function tableCall) (*Table, error) {
	var out C.drawdown_table
	err := l.call(func(l C.drawdown_ledger, a *arena, failure *C.drawdown_error) C.int32_t {
		return function(l, a, &out, failure)
	})
	if err != nil {
		return nil, err
	}
	return tableOf(out)
}

// admit makes a call that admits or refuses.
func (l *Ledger) admit(function tableCall) error {
	var refusal C.drawdown_table
	err := l.call(func(l C.drawdown_ledger, a *arena, failure *C.drawdown_error) C.int32_t {
		return function(l, a, &refusal, failure)
	})
	if err != nil {
		return err
	}
	return admitted(refusal)
}

// Info is one row: directory, uuid, format, bucket_us, created, entries,
// chain_hash.
func (l *Ledger) Info() (*Table, error) {
	return l.table(func(l C.drawdown_ledger, _ *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_ledger_info(l, out, e)
	})
}

// Verify proves the books; what is wrong, a line each. It runs the drawdown
// program ($DRAWDOWN_BIN, or the one that is installed).
func (l *Ledger) Verify() ([]string, error) {
	var ok C.uint8_t
	findings, err := l.table(func(l C.drawdown_ledger, _ *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_verify(l, &ok, out, e)
	})
	if err != nil {
		return nil, err
	}
	defer findings.Close()
	return findings.lines("finding")
}

// Backup makes a consistent copy in a directory that must not exist.
func (l *Ledger) Backup(destination string) error {
	return l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		return C.drawdown_backup(l, a.text(destination), e)
	})
}
