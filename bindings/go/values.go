package drawdown

// #include "defaults.h"
import "C"

import (
	"math/big"
	"math/bits"
	"strings"
	"time"
	"unsafe"
)

// Time is an instant; microseconds of it count. The zero Time is "not given".
type Time = time.Time

func instant(t Time) C.int64_t {
	if t.IsZero() {
		return C.INT64_MIN
	}
	return C.int64_t(t.UnixMicro())
}

// An Int128 is a whole number of 128 bits: GPU-microseconds, millionths of a
// GPU, or 1e-18 of a currency unit. The zero value is 0.
type Int128 struct {
	high int64
	low  uint64
}

// Int is n.
func Int(n int64) Int128 { return Int128{n >> 63, uint64(n)} }

// GPUSeconds is n GPU-seconds in GPU-microseconds.
func GPUSeconds(n int64) Int128 { return times(n, 1_000_000) }

// GPUHours is n GPU-hours in GPU-microseconds.
func GPUHours(n int64) Int128 { return times(n, 3_600_000_000) }

// Two's complement: the low half is the same for both signs.
func times(n int64, factor uint64) Int128 {
	high, low := bits.Mul64(uint64(n), factor)
	if n < 0 {
		high -= factor
	}
	return Int128{int64(high), low}
}

// FromBig is n, or Overflow.
func FromBig(n *big.Int) (Int128, error) {
	if n.BitLen() > 127 {
		return Int128{}, &Error{Overflow, n.String() + " does not fit 128 bits"}
	}
	low := new(big.Int).And(n, new(big.Int).SetUint64(1<<64-1))
	high := new(big.Int).Rsh(n, 64)
	return Int128{high.Int64(), low.Uint64()}, nil
}

// Big is the number.
func (i Int128) Big() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(i.high), 64)
	return n.Add(n, new(big.Int).SetUint64(i.low))
}

func (i Int128) String() string { return i.Big().String() }

func (i Int128) c() C.drawdown_int128 {
	return C.drawdown_int128{low: C.uint64_t(i.low), high: C.int64_t(i.high)}
}

func int128Of(c C.drawdown_int128) Int128 { return Int128{int64(c.high), uint64(c.low)} }

// A Decimal is Units x 10^-Scale, exactly: Scale is 6 of GPU-seconds and GPUs,
// 18 of money.
type Decimal struct {
	Units Int128
	Scale int
}

// String has as many decimals as are not 0.
func (d Decimal) String() string {
	units := d.Units.Big()
	digits := new(big.Int).Abs(units).String()
	if missing := d.Scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - d.Scale
	text := digits[:point]
	if fraction := strings.TrimRight(digits[point:], "0"); fraction != "" {
		text += "." + fraction
	}
	if units.Sign() < 0 {
		return "-" + text
	}
	return text
}

// micros is a length of time, or the default where it is 0.
func micros(length time.Duration, otherwise C.int64_t) C.int64_t {
	if length == 0 {
		return otherwise
	}
	return C.int64_t(length / time.Microsecond)
}

func flag(value bool) C.uint8_t {
	if value {
		return 1
	}
	return 0
}

// An arena has what a call points to, in C's memory: Go's may not hold pointers
// into itself when C sees it.
type arena struct{ blocks []unsafe.Pointer }

func (a *arena) free() {
	for _, block := range a.blocks {
		C.free(block)
	}
}

func (a *arena) room(count int, size uintptr) unsafe.Pointer {
	// One more byte, so that it is never NULL.
	block := C.calloc(1, C.size_t(uintptr(count)*size+1))
	if block == nil {
		panic("drawdown: out of memory")
	}
	a.blocks = append(a.blocks, block)
	return block
}

func (a *arena) text(value string) C.drawdown_text {
	room := a.room(len(value), 1)
	copy(unsafe.Slice((*byte)(room), len(value)), value)
	return C.drawdown_text{data: (*C.char)(room), size: C.uint64_t(len(value))}
}

func (a *arena) texts(values []string) *C.drawdown_text {
	room := (*C.drawdown_text)(a.room(len(values), unsafe.Sizeof(C.drawdown_text{})))
	for i, value := range values {
		unsafe.Slice(room, len(values))[i] = a.text(value)
	}
	return room
}
