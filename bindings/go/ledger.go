package drawdown

// #include "defaults.h"
import "C"

import (
	"fmt"
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

func (o Options) c() C.drawdown_ledger_options {
	c := C.drawdown_go_ledger_options()
	c.create_if_missing = flag(o.Create)
	c.allow_any_filesystem = flag(o.AllowAnyFilesystem)
	c.bucket_us = micros(o.Bucket, c.bucket_us)
	c.lock_timeout_us = micros(o.LockTimeout, c.lock_timeout_us)
	c.drain_interval_us = micros(o.DrainInterval, c.drain_interval_us)
	if o.DrainInterval < 0 {
		c.drain_interval_us = 0
	}
	return c
}

// Create makes a new ledger, and does not open it: LedgerExists where there is
// one.
func Create(directory string, options Options) error {
	var a arena
	defer a.free()
	c := options.c()
	var failure C.drawdown_error
	return check(C.drawdown_ledger_create(a.text(directory), &c, &failure), &failure)
}

// checkLibrary finds a library that lacks what this package calls.
func checkLibrary(abi uint32) error {
	if abi >= C.DRAWDOWN_ABI_VERSION {
		return nil
	}
	return &Error{Code: Unsupported, Message: fmt.Sprintf(
		"libdrawdown_c is drawdown %s (ABI %d), older than this package, which needs ABI %d or newer",
		Version(), abi, C.DRAWDOWN_ABI_VERSION)}
}

// Open opens a ledger. It is Unsupported when the loaded library is older than
// this package.
func Open(directory string, options Options) (*Ledger, error) {
	if err := checkLibrary(ABIVersion()); err != nil {
		return nil, err
	}
	var a arena
	defer a.free()
	c := options.c()
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

// ask makes a call that would admit or refuse, and gives a table besides.
func (l *Ledger) ask(function func(C.drawdown_ledger, *arena, *C.drawdown_table, *C.drawdown_table, *C.drawdown_error) C.int32_t) (*Table, *Refusal, error) {
	var why C.drawdown_table
	answer, err := l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return function(l, a, &why, out, e)
	})
	if err != nil {
		return nil, nil, err
	}
	switch refusal := admitted(why).(type) {
	case nil:
		return answer, nil, nil
	case *Refusal:
		return answer, refusal, nil
	default:
		answer.Close()
		return nil, nil, refusal
	}
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
