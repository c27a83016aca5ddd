package drawdown

// #include "defaults.h"
import "C"

import (
	"fmt"
	"time"
	"unsafe"
)

// A RunStart is a run to start.
type RunStart struct {
	RunID     string // unique per run, never a job id that is used again
	Attempt   uint32 // 0 is 1
	Tenant    string
	Pool      string
	MicroGPUs int64 // 8_000_000 is 8 GPUs
	At        Time
	HoldID    string // the hold it draws; "" for none
	Strict    bool   // unknown tenants and pools are UnknownName
	// A part of one GPU in place of MicroGPUs: the GPU's id, and ShareNum/ShareDen
	// of it, such as 1/7. The shares of one GPU are at most 1.
	Device             string
	ShareNum, ShareDen int64
}

// A RunKey names a run.
type RunKey struct {
	RunID   string
	Attempt uint32 // 0 is 1
}

func attempt(n uint32) C.uint32_t {
	if n == 0 {
		return 1
	}
	return C.uint32_t(n)
}

// A StopReason is why a run stopped.
type StopReason int32

// Why runs stop.
const (
	StopUnknown StopReason = C.DRAWDOWN_STOP_UNKNOWN
	Done        StopReason = C.DRAWDOWN_STOP_DONE
	Failed      StopReason = C.DRAWDOWN_STOP_FAILED
	Preempted   StopReason = C.DRAWDOWN_STOP_PREEMPTED
	NodeFailure StopReason = C.DRAWDOWN_STOP_NODE_FAILURE
	Cancelled   StopReason = C.DRAWDOWN_STOP_CANCELLED
	Lost        StopReason = C.DRAWDOWN_STOP_LOST
)

// StartRuns starts runs, all or none; the same again is fine, another under
// the same id is Conflict. A refusal is a *Refusal. Under a hard quota of GPU
// time each needs a hold.
func (l *Ledger) StartRuns(starts ...RunStart) error {
	for _, start := range starts {
		if start.Device == "" && (start.ShareNum != 0 || start.ShareDen != 0) {
			return &Error{InvalidArgument, fmt.Sprintf("run %s: a share of no device", start.RunID)}
		}
	}
	return l.admit(func(l C.drawdown_ledger, a *arena, refusal *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		room := a.room(len(starts), unsafe.Sizeof(C.drawdown_run_start{}))
		rows := unsafe.Slice((*C.drawdown_run_start)(room), len(starts))
		for i, start := range starts {
			c := C.drawdown_go_run_start()
			c.run_id, c.attempt = a.text(start.RunID), attempt(start.Attempt)
			c.tenant, c.pool = a.text(start.Tenant), a.text(start.Pool)
			c.micro_gpus, c.at_us = C.int64_t(start.MicroGPUs), instant(start.At)
			c.hold_id, c.strict = a.text(start.HoldID), flag(start.Strict)
			if start.Device != "" {
				c.device = a.text(start.Device)
				c.share_num, c.share_den = C.int64_t(start.ShareNum), C.int64_t(start.ShareDen)
			}
			rows[i] = c
		}
		return C.drawdown_run_start_many(l, (*C.drawdown_run_start)(room), C.uint64_t(len(starts)), refusal, e)
	})
}

// ResizeRun gives it another number of GPUs from an instant on.
func (l *Ledger) ResizeRun(run RunKey, microGPUs int64, at Time) error {
	return l.admit(func(l C.drawdown_ledger, a *arena, refusal *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_run_resize(l, a.text(run.RunID), attempt(run.Attempt),
			C.int64_t(microGPUs), instant(at), refusal, e)
	})
}

// SuspendRun lets it not accrue, unless its pool's policy says so.
func (l *Ledger) SuspendRun(run RunKey, at Time) error {
	return l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		return C.drawdown_run_suspend(l, a.text(run.RunID), attempt(run.Attempt), instant(at), e)
	})
}

// ResumeRun lets it go on.
func (l *Ledger) ResumeRun(run RunKey, at Time) error {
	return l.admit(func(l C.drawdown_ledger, a *arena, refusal *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_run_resume(l, a.text(run.RunID), attempt(run.Attempt), instant(at), refusal, e)
	})
}

// StopRun ends it.
func (l *Ledger) StopRun(run RunKey, at Time, reason StopReason) error {
	return l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		return C.drawdown_run_stop(l, a.text(run.RunID), attempt(run.Attempt), instant(at),
			C.int32_t(reason), e)
	})
}

// HeartbeatRun says that it was alive then.
func (l *Ledger) HeartbeatRun(run RunKey, at Time) error {
	return l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		return C.drawdown_run_heartbeat(l, a.text(run.RunID), attempt(run.Attempt), instant(at), e)
	})
}

// A Heartbeat says that a run was alive.
type Heartbeat struct {
	Run RunKey
	At  Time
}

// HeartbeatRuns says that many runs were alive, with one commit: how many of these
// were news, and a line per run that is unknown or over. The others are taken.
func (l *Ledger) HeartbeatRuns(heartbeats ...Heartbeat) (fresh uint64, refused []string, err error) {
	var news C.uint64_t
	table, err := l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		room := a.room(len(heartbeats), unsafe.Sizeof(C.drawdown_heartbeat{}))
		rows := unsafe.Slice((*C.drawdown_heartbeat)(room), len(heartbeats))
		for i, heartbeat := range heartbeats {
			c := C.drawdown_go_heartbeat()
			c.run_id, c.attempt = a.text(heartbeat.Run.RunID), attempt(heartbeat.Run.Attempt)
			c.at_us = instant(heartbeat.At)
			rows[i] = c
		}
		return C.drawdown_run_heartbeat_many(l, (*C.drawdown_heartbeat)(room), C.uint64_t(len(heartbeats)), &news, out, e)
	})
	if err != nil {
		return 0, nil, err
	}
	defer table.Close()
	refused, err = table.lines("why")
	return uint64(news), refused, err
}

// Ghosts has a row per run that accrues and gave no sign of life for longer than
// lease (0: its pool's, or 30 minutes), at or below a tenant.
func (l *Ledger) Ghosts(tenant, pool string, lease time.Duration, at Time) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_ghosts(l, a.text(tenant), a.text(pool), micros(lease, C.INT64_MIN), instant(at), out, e)
	})
}

// ConfirmGhost ends a run whose stop never came at its last sign of life, as
// lost. It is WrongState when it is not suspect then (zero: now): when it was
// silent for no longer than lease (0: its pool's, or 30 minutes).
func (l *Ledger) ConfirmGhost(run RunKey, lease time.Duration, at Time) error {
	return l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		return C.drawdown_run_confirm_ghost(l, a.text(run.RunID), attempt(run.Attempt),
			micros(lease, C.INT64_MIN), instant(at), e)
	})
}

// A RunQuery says which runs; the zero value is all.
type RunQuery struct {
	Tenant string // at or below it
	Pool   string // a selector
	RunID  string // exactly this one
	Array  string // the tasks of it
	Open   bool   // those that run now alone
	Limit  uint64 // 0: all
	After  RunKey // the page after this run, in the order of ids and attempts
}

func (q RunQuery) c(a *arena) *C.drawdown_run_query {
	c := (*C.drawdown_run_query)(a.room(1, unsafe.Sizeof(C.drawdown_run_query{})))
	*c = C.drawdown_go_run_query()
	c.tenant, c.pool = a.text(q.Tenant), a.text(q.Pool)
	c.run_id, c.array = a.text(q.RunID), a.text(q.Array)
	c.limit = C.uint64_t(q.Limit)
	if q.After.RunID != "" {
		c.after_run_id, c.after_attempt = a.text(q.After.RunID), attempt(q.After.Attempt)
	}
	if q.Open {
		c.state = C.DRAWDOWN_RUN_OPEN
	}
	return c
}

// Runs has a row per run: run_id, attempt, tenant, pool, state, reason, gpus,
// start, end and others (drawdown.h).
func (l *Ledger) Runs(query RunQuery) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_runs(l, query.c(a), out, e)
	})
}

// Segments has a row per segment of constant GPU count.
func (l *Ledger) Segments(query RunQuery) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_segments(l, query.c(a), out, e)
	})
}
