package drawdown

// #include "defaults.h"
import "C"

import "time"

// A Period is what a limit counts over.
type Period int32

// The periods of quotas.
const (
	Total    Period = C.DRAWDOWN_PERIOD_TOTAL
	Month    Period = C.DRAWDOWN_PERIOD_MONTH
	Interval Period = C.DRAWDOWN_PERIOD_INTERVAL // of a commitment
	Rolling  Period = C.DRAWDOWN_PERIOD_ROLLING
	AtOnce   Period = C.DRAWDOWN_PERIOD_AT_ONCE // GPUs
)

// A QuotaSetting is a quota to set. Amounts are GPU-microseconds
// (GPUHours(100)), or millionths of a GPU where the period is AtOnce.
type QuotaSetting struct {
	Tenant     string // whose subtree
	Pool       string // a selector; "": every pool
	Period     Period
	Rolling    time.Duration // of Rolling
	Contract   string        // of Interval
	Commitment string        // of Interval
	Limit      Int128
	Unlimited  bool // takes the limit away
	Soft       bool // told about, not enforced
	Slice      bool // a part of the parent's that is its own
	Lends      bool // Lending is how much of an unused slice is lent, else nothing
	Lending    Int128
	Borrowing  Int128 // how much may be borrowed from siblings
	From       Time   // zero: now
}

// SetQuota sets or takes away a limit; whether that changed something.
func (l *Ledger) SetQuota(setting QuotaSetting) (bool, error) {
	var changed C.uint8_t
	err := l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		c := C.drawdown_go_quota_setting()
		c.tenant, c.period = a.text(setting.Tenant), C.int32_t(setting.Period)
		if setting.Pool != "" {
			c.pool = a.text(setting.Pool)
		}
		c.rolling_us = C.int64_t(setting.Rolling / time.Microsecond)
		c.contract, c.commitment = a.text(setting.Contract), a.text(setting.Commitment)
		c.nominal, c.unlimited = setting.Limit.c(), flag(setting.Unlimited)
		c.soft, c.slice = flag(setting.Soft), flag(setting.Slice)
		c.lends, c.lending = flag(setting.Lends), setting.Lending.c()
		c.borrowing, c.from_us = setting.Borrowing.c(), instant(setting.From)
		return C.drawdown_quota_set(l, &c, &changed, e)
	})
	return changed != 0, err
}

// Quotas has a row per quota at or below a tenant ("": all), with used, held
// and available; at the clock's now, where at is zero.
func (l *Ledger) Quotas(tenant string, at Time) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_quotas(l, a.text(tenant), instant(at), out, e)
	})
}

// ExplainQuota says whether this would fit, as nil or a *Refusal; the table has
// a row per holder of the quota.
func (l *Ledger) ExplainQuota(tenant, pool string, gpuMicros Int128, at Time) (holders *Table, refusal *Refusal, err error) {
	return l.ask(func(l C.drawdown_ledger, a *arena, why, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_quota_explain(l, a.text(tenant), a.text(pool), gpuMicros.c(), 0,
			instant(at), why, out, e)
	})
}

// QuotaChanges are limits of the same quotas as Quotas' that begin after an
// instant (zero: now), soonest first.
func (l *Ledger) QuotaChanges(tenant string, at Time) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_quota_changes(l, a.text(tenant), instant(at), out, e)
	})
}

// QuotaUsers are the quotas over a tenant, from it upward, and the runs that used
// most of the one that would refuse so much, else of each.
func (l *Ledger) QuotaUsers(tenant, pool string, gpuMicros Int128, at Time) (quotas, users *Table, err error) {
	var runs C.drawdown_table
	quotas, err = l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_quota_users(l, a.text(tenant), a.text(pool), gpuMicros.c(), 0, instant(at), out, &runs, e)
	})
	if err != nil {
		return nil, nil, err
	}
	if users, err = tableOf(runs); err != nil {
		quotas.Close()
		return nil, nil, err
	}
	return quotas, users, nil
}
