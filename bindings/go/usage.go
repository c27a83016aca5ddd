package drawdown

// #include "defaults.h"
import "C"

import "unsafe"

// A By is what usage is grouped by.
type By int32

// The groupings of usage.
const (
	ByTenant By = C.DRAWDOWN_BY_TENANT
	ByPool   By = C.DRAWDOWN_BY_POOL
	ByHour   By = C.DRAWDOWN_BY_HOUR
	ByDay    By = C.DRAWDOWN_BY_DAY
	ByMonth  By = C.DRAWDOWN_BY_MONTH
)

// A UsageQuery says which usage; the zero value is all of it in one row.
type UsageQuery struct {
	By       []By   // the grouping columns, in this order
	From, To Time   // zero: from the first, to the last
	At       Time   // open runs accrue until then; zero: the clock
	AsOf     Time   // as the books were then
	Tenant   string // at or below it
	Pool     string // a selector
	Zone     string // IANA, of days and months; "": UTC
	Net      bool   // adds the column waived
}

// Usage has the grouping columns, then gpu_seconds.
func (l *Ledger) Usage(query UsageQuery) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		c := C.drawdown_go_usage_query()
		by := (*C.int32_t)(a.room(len(query.By), unsafe.Sizeof(C.int32_t(0))))
		for i, number := range query.By {
			unsafe.Slice(by, len(query.By))[i] = C.int32_t(number)
		}
		c.by, c.by_count = by, C.uint64_t(len(query.By))
		c.from_us, c.to_us = instant(query.From), instant(query.To)
		c.at_us, c.as_of_us = instant(query.At), instant(query.AsOf)
		c.tenant, c.pool = a.text(query.Tenant), a.text(query.Pool)
		c.zone, c.net = a.text(query.Zone), flag(query.Net)
		return C.drawdown_usage(l, &c, out, e)
	})
}

// Journal has entries from a sequence number on, oldest first; limit 0: all.
func (l *Ledger) Journal(fromSequence, limit uint64) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, _ *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_journal(l, C.uint64_t(fromSequence), C.uint64_t(limit), out, e)
	})
}
