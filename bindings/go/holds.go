package drawdown

// #include "defaults.h"
import "C"

import (
	"time"
	"unsafe"
)

// A HoldRequest is quota to be earmarked.
type HoldRequest struct {
	HoldID    string
	Tenant    string
	Pool      string
	GPUMicros Int128        // GPUHours(6)
	MicroGPUs int64         // GPUs at once, in millionths
	TTL       time.Duration // unless it is renewed; 0: an hour
	Strict    bool          // unknown tenants and pools are UnknownName
}

func (r HoldRequest) c(a *arena) C.drawdown_hold_request {
	c := C.drawdown_go_hold_request()
	c.hold_id, c.tenant = a.text(r.HoldID), a.text(r.Tenant)
	c.pool, c.gpu_us = a.text(r.Pool), r.GPUMicros.c()
	c.micro_gpus = C.int64_t(r.MicroGPUs)
	c.ttl_us, c.strict = micros(r.TTL, c.ttl_us), flag(r.Strict)
	return c
}

// A HoldRenewal charges and extends a hold at one instant.
type HoldRenewal struct {
	HoldID  string
	Renewal uint32 // 1, 2, ...: the same again is done once
	Charge  Int128
	Extend  Int128
	TTL     time.Duration // from now; 0: an hour, or as long as it lasts anyway
}

// A Hold is closed with what was used of it:
//
//	hold, err := ledger.Hold(request)
//	...
//	defer hold.Close()
type Hold struct {
	ledger     *Ledger
	id         string
	used       Int128
	drawnByRun bool
	ended      bool
}

// ID is the hold's.
func (h *Hold) ID() string { return h.id }

// Use says all that was used until now, which Close will settle.
func (h *Hold) Use(gpuMicros Int128) { h.used = gpuMicros }

// DrawnByRun says that a run draws it, and gives the id for RunStart.HoldID.
// Then Close releases what is left, unless Use said something.
func (h *Hold) DrawnByRun() string {
	h.drawnByRun = true
	return h.id
}

// Close ends the hold, if it has not ended: with what was used, booked even
// beyond the limit, because it happened.
func (h *Hold) Close() error {
	if h.ended {
		return nil
	}
	if h.drawnByRun && h.used == (Int128{}) {
		return h.Release()
	}
	return h.Settle(h.used, false)
}

// Settle ends it with what was used: less, as much or more than is held. With
// refuseOverdraft, what the quota has no room for is a *Refusal, and the hold
// goes on.
func (h *Hold) Settle(used Int128, refuseOverdraft bool) error {
	err := h.ledger.SettleHold(h.id, used, refuseOverdraft)
	h.ended = err == nil
	return err
}

// Release ends it with nothing used.
func (h *Hold) Release() error {
	err := h.ledger.ReleaseHold(h.id)
	h.ended = err == nil
	return err
}

// Hold places a hold that its Close ends. A refusal is a *Refusal.
func (l *Ledger) Hold(request HoldRequest) (*Hold, error) {
	if err := l.PlaceHolds(request); err != nil {
		return nil, err
	}
	return &Hold{ledger: l, id: request.HoldID}, nil
}

// PlaceHolds places holds that end by calls or expire: all or none. A refusal
// is a *Refusal.
func (l *Ledger) PlaceHolds(requests ...HoldRequest) error {
	return l.admit(func(l C.drawdown_ledger, a *arena, refusal *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		room := a.room(len(requests), unsafe.Sizeof(C.drawdown_hold_request{}))
		rows := unsafe.Slice((*C.drawdown_hold_request)(room), len(requests))
		for i, request := range requests {
			rows[i] = request.c(a)
		}
		return C.drawdown_hold_place(l, (*C.drawdown_hold_request)(room), C.uint64_t(len(requests)), refusal, e)
	})
}

// QuoteHold says whether a hold would fit, as nil or a *Refusal, and what using
// it would add to statements: a row per line that would change. It changes nothing.
func (l *Ledger) QuoteHold(request HoldRequest) (lines *Table, refusal *Refusal, err error) {
	return l.ask(func(l C.drawdown_ledger, a *arena, why, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		c := (*C.drawdown_hold_request)(a.room(1, unsafe.Sizeof(C.drawdown_hold_request{})))
		*c = request.c(a)
		return C.drawdown_hold_quote(l, c, why, out, e)
	})
}

// RenewHold charges and extends, atomically. A refusal is a *Refusal.
func (l *Ledger) RenewHold(renewal HoldRenewal) error {
	return l.admit(func(l C.drawdown_ledger, a *arena, refusal *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		c := C.drawdown_go_hold_renewal()
		c.hold_id, c.renewal = a.text(renewal.HoldID), C.uint32_t(renewal.Renewal)
		c.charge_gpu_us, c.extend_gpu_us = renewal.Charge.c(), renewal.Extend.c()
		c.ttl_us = micros(renewal.TTL, c.ttl_us)
		return C.drawdown_hold_renew(l, &c, refusal, e)
	})
}

// SettleHold ends a hold with what was used.
func (l *Ledger) SettleHold(holdID string, used Int128, refuseOverdraft bool) error {
	policy := C.int32_t(C.DRAWDOWN_OVERDRAFT_BOOK)
	if refuseOverdraft {
		policy = C.DRAWDOWN_OVERDRAFT_REFUSE
	}
	return l.admit(func(l C.drawdown_ledger, a *arena, refusal *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_hold_settle(l, a.text(holdID), used.c(), policy, refusal, e)
	})
}

// ReleaseHold ends a hold with nothing used.
func (l *Ledger) ReleaseHold(holdID string) error {
	return l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		return C.drawdown_hold_release(l, a.text(holdID), e)
	})
}

// Holds has a row per hold at or below a tenant ("": all); open ones alone, or
// all.
func (l *Ledger) Holds(tenant string, open bool) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		c := C.drawdown_go_hold_query()
		c.tenant = a.text(tenant)
		if open {
			c.state = C.DRAWDOWN_HOLD_OPEN
		}
		return C.drawdown_holds(l, &c, out, e)
	})
}

// Exhaustions are what runs out and when, soonest first, if all goes on as now.
func (l *Ledger) Exhaustions() (*Table, error) {
	return l.table(func(l C.drawdown_ledger, _ *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_exhaustions(l, out, e)
	})
}

// ExhaustionRuns are the open runs that draw on the quotas that run out, a row per run.
func (l *Ledger) ExhaustionRuns() (*Table, error) {
	return l.table(func(l C.drawdown_ledger, _ *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_exhaustion_runs(l, out, e)
	})
}
