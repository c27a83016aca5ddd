package drawdown

// #include "defaults.h"
import "C"

import "unsafe"

// A Meter counts the GPU time of one tenant in one pool. It is a number: copy
// it. It is valid until the process ends, also when its ledger is closed.
type Meter struct{ id C.drawdown_meter }

// A Decision is what TryRecord did.
type Decision int32

// What TryRecord may decide. Only what is Admitted is counted.
const (
	Admitted      Decision = C.DRAWDOWN_ADMITTED
	QuotaExceeded Decision = C.DRAWDOWN_QUOTA_EXCEEDED
	TryBusy       Decision = C.DRAWDOWN_TRY_BUSY // no answer in time
)

// Record adds GPU-microseconds: wait-free, exact, there after kill -9. A
// negative amount is not added.
func (m Meter) Record(gpuMicros int64) { C.drawdown_record(m.id, C.int64_t(gpuMicros)) }

// RecordMany adds every amount, as if one by one.
func (m Meter) RecordMany(gpuMicros []int64) {
	if len(gpuMicros) > 0 {
		C.drawdown_record_many(m.id, (*C.int64_t)(&gpuMicros[0]), C.uint64_t(len(gpuMicros)))
	}
}

// RecordBatch adds gpuMicros[i] to meters[i]. It panics when there are not as
// many.
func RecordBatch(meters []Meter, gpuMicros []int64) {
	asMany(len(meters), len(gpuMicros))
	if len(meters) > 0 {
		C.drawdown_record_batch(&meters[0].id, (*C.int64_t)(&gpuMicros[0]), C.uint64_t(len(meters)))
	}
}

// TryRecord adds GPU-microseconds only if every quota above the tenant has
// room.
func (m Meter) TryRecord(gpuMicros int64) Decision {
	return Decision(C.drawdown_try_record(m.id, C.int64_t(gpuMicros)))
}

// TryRecordBatch is TryRecord of each by itself. It panics when there are not
// as many.
func TryRecordBatch(meters []Meter, gpuMicros []int64) []Decision {
	asMany(len(meters), len(gpuMicros))
	decisions := make([]Decision, len(meters))
	if len(meters) == 0 {
		return decisions
	}
	decided := make([]C.uint8_t, len(meters))
	C.drawdown_try_record_batch(&meters[0].id, (*C.int64_t)(&gpuMicros[0]),
		C.uint64_t(len(meters)), &decided[0])
	for i, number := range decided {
		decisions[i] = Decision(number)
	}
	return decisions
}

func asMany(meters, amounts int) {
	if meters != amounts {
		panic("drawdown: an amount for every meter")
	}
}

// A MeterName is whose GPU time a meter counts, and where.
type MeterName struct{ Tenant, Pool string }

// Meter is the meter of a tenant in a pool, which are created.
func (l *Ledger) Meter(tenant, pool string) (Meter, error) {
	meters, err := l.Meters([]MeterName{{tenant, pool}}, false)
	if err != nil {
		return Meter{}, err
	}
	return meters[0], nil
}

// Meters are many with one commit: all or none. With strict, tenants and pools
// that are not in the books are UnknownName.
func (l *Ledger) Meters(names []MeterName, strict bool) ([]Meter, error) {
	if len(names) == 0 {
		return nil, nil
	}
	tenants, pools := make([]string, len(names)), make([]string, len(names))
	for i, name := range names {
		tenants[i], pools[i] = name.Tenant, name.Pool
	}
	meters := make([]Meter, len(names))
	err := l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		return C.drawdown_meter_bind_many(l, a.texts(tenants), a.texts(pools),
			C.uint64_t(len(names)), flag(strict), (*C.drawdown_meter)(unsafe.Pointer(&meters[0])), e)
	})
	if err != nil {
		return nil, err
	}
	return meters, nil
}

// A Drained is what a drain moved into the books.
type Drained struct {
	Meters        uint64
	GPUMicros     Int128
	Files         uint64
	Retired       uint64
	Regressions   uint64 // files behind the books: usage may be missing after a power loss
	BucketFlipped bool
}

// Drain makes durable what all meters of all processes have counted.
func (l *Ledger) Drain() (Drained, error) {
	result := C.drawdown_go_drain_result()
	err := l.call(func(l C.drawdown_ledger, _ *arena, e *C.drawdown_error) C.int32_t {
		return C.drawdown_drain(l, &result, e)
	})
	return Drained{uint64(result.meters), int128Of(result.gpu_us), uint64(result.files),
		uint64(result.retired), uint64(result.regressions), result.flipped != 0}, err
}

// Live has a row per live meter: tenant, pool, open, undrained (GPU-seconds).
func (l *Ledger) Live() (*Table, error) {
	return l.table(func(l C.drawdown_ledger, _ *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_live(l, out, e)
	})
}
