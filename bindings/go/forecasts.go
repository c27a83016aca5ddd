package drawdown

// #include "defaults.h"
import "C"

import "unsafe"

// An AddedRun is a run that a forecast is to count as well.
type AddedRun struct {
	Tenant, Pool string
	MicroGPUs    int64
	Start, End   Time // what lies before the forecast's instant is not counted
}

// A UsageScale is the usage to come of a tenant and all below it, in millionths
// of itself.
type UsageScale struct {
	Tenant      string // "": all
	FactorMicro int64
}

// A ForecastQuery says what to forecast; the zero value is the current interval
// of every commitment.
type ForecastQuery struct {
	Contract  string // "": all
	At        Time   // forecast from; zero: the clock
	AsOf      Time   // as the books were then
	Until     Time   // every interval that ends by then; zero: see Intervals
	Intervals uint32 // of each commitment, the current one first; 0 is 1
	Exercise  []string
	Scale     []UsageScale
	Runs      []AddedRun
}

// A Forecast is what will be drawn, missed and owed.
type Forecast struct {
	Intervals *Table // what_if tells what is asked from what goes on
	Costs     *Table // of whole months
}

// Close ends both tables.
func (f *Forecast) Close() {
	f.Intervals.Close()
	f.Costs.Close()
}

func (q ForecastQuery) c(a *arena) C.drawdown_forecast_query {
	c := C.drawdown_go_forecast_query()
	c.contract = a.text(q.Contract)
	c.at_us, c.as_of_us, c.until_us = instant(q.At), instant(q.AsOf), instant(q.Until)
	if q.Intervals != 0 {
		c.intervals = C.uint32_t(q.Intervals)
	}
	c.exercise, c.exercise_count = a.texts(q.Exercise), C.uint64_t(len(q.Exercise))
	scales := (*C.drawdown_usage_scale)(a.room(len(q.Scale), unsafe.Sizeof(C.drawdown_usage_scale{})))
	for i, scale := range q.Scale {
		made := C.drawdown_go_usage_scale()
		made.tenant, made.factor_micro = a.text(scale.Tenant), C.int64_t(scale.FactorMicro)
		unsafe.Slice(scales, len(q.Scale))[i] = made
	}
	c.scales, c.scale_count = scales, C.uint64_t(len(q.Scale))
	runs := (*C.drawdown_added_run)(a.room(len(q.Runs), unsafe.Sizeof(C.drawdown_added_run{})))
	for i, run := range q.Runs {
		made := C.drawdown_go_added_run()
		made.tenant, made.pool = a.text(run.Tenant), a.text(run.Pool)
		made.micro_gpus = C.int64_t(run.MicroGPUs)
		made.start_us, made.end_us = instant(run.Start), instant(run.End)
		unsafe.Slice(runs, len(q.Runs))[i] = made
	}
	c.runs, c.run_count = runs, C.uint64_t(len(q.Runs))
	return c
}

// Forecast says what will be drawn, missed and owed if usage goes on as it does.
func (l *Ledger) Forecast(query ForecastQuery) (*Forecast, error) {
	var costs C.drawdown_table
	intervals, err := l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		c := query.c(a)
		return C.drawdown_forecast(l, &c, out, &costs, e)
	})
	if err != nil {
		return nil, err
	}
	owed, err := tableOf(costs)
	if err != nil {
		intervals.Close()
		return nil, err
	}
	return &Forecast{intervals, owed}, nil
}

// ReportHTML is the page that `drawdown report --html` writes; contract "": of
// all.
func (l *Ledger) ReportHTML(contract string, at Time) (string, error) {
	return l.madeText(func(l C.drawdown_ledger, a *arena, out *C.drawdown_bytes, e *C.drawdown_error) C.int32_t {
		return C.drawdown_report_html(l, a.text(contract), instant(at), instant(Time{}), out, e)
	})
}

// ClosePeriod freezes a month, "2026-10", as it is billed: false when it was
// closed already.
func (l *Ledger) ClosePeriod(contract, period string) (bool, error) {
	var wasClosed C.uint8_t
	err := l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		return C.drawdown_period_close(l, a.text(contract), a.text(period), &wasClosed, nil, e)
	})
	return err == nil && wasClosed == 0, err
}

// ClosedPeriods has a row per month that is closed; contract "": of all.
func (l *Ledger) ClosedPeriods(contract string) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_closed_periods(l, a.text(contract), instant(Time{}), out, e)
	})
}

// MoveTenant says that what is at oldPath and below it is at newPath from an
// instant on: false when it was so already.
func (l *Ledger) MoveTenant(oldPath, newPath string, from Time) (bool, error) {
	var changed C.uint8_t
	err := l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		return C.drawdown_tenant_move(l, a.text(oldPath), a.text(newPath), instant(from), &changed, e)
	})
	return err == nil && changed != 0, err
}
