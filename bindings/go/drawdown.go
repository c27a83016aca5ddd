// Package drawdown meters GPU-hours per tenant, holds tenants to quotas, draws
// usage down against contracts, and reconciles the provider's bill.
//
// It is thin over the C interface, drawdown.h, whose rules hold here. Quantities
// are exact: GPU time is a whole number of GPU-microseconds, GPU counts of
// millionths of a GPU, money of 1e-18 of a currency unit; answers are [Decimal].
//
// Everything may be used from any goroutine. Goroutines may move between
// threads at any time, and threads may end. Calls on a [Ledger] may wait for
// the disk and, up to Options.LockTimeout, for other processes, and each such
// call keeps an operating-system thread meanwhile; [Meter.Record] never waits.
package drawdown

// #cgo CFLAGS: -I${SRCDIR}/../../include
// #cgo LDFLAGS: -ldrawdown_c
// #include "defaults.h"
import "C"

// Version is the library's, "0.1.0".
func Version() string { return C.GoString(C.drawdown_version()) }

// ABIVersion is that of the loaded library.
func ABIVersion() uint32 { return uint32(C.drawdown_abi_version()) }
