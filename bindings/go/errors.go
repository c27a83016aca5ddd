package drawdown

// #include "defaults.h"
import "C"

// A Code says what kind of error it is. Codes are errors, so that
// errors.Is(err, drawdown.Busy) asks for one.
type Code int32

// The codes that programs look for; drawdown.h has them all.
const (
	BadContract     Code = C.DRAWDOWN_BAD_CONTRACT
	BadRow          Code = C.DRAWDOWN_BAD_ROW
	Conflict        Code = C.DRAWDOWN_CONFLICT
	UnknownName     Code = C.DRAWDOWN_UNKNOWN_NAME
	TooOld          Code = C.DRAWDOWN_TOO_OLD
	Overflow        Code = C.DRAWDOWN_OVERFLOW
	InvalidArgument Code = C.DRAWDOWN_INVALID_ARGUMENT
	NotFound        Code = C.DRAWDOWN_NOT_FOUND
	WrongState      Code = C.DRAWDOWN_WRONG_STATE
	Unsupported     Code = C.DRAWDOWN_UNSUPPORTED
	HoldRequired    Code = C.DRAWDOWN_HOLD_REQUIRED
	NotALedger      Code = C.DRAWDOWN_NOT_A_LEDGER
	LedgerExists    Code = C.DRAWDOWN_LEDGER_EXISTS
	Busy            Code = C.DRAWDOWN_BUSY
	DiskFull        Code = C.DRAWDOWN_DISK_FULL
	Corrupt         Code = C.DRAWDOWN_CORRUPT
	AlreadyOpen     Code = C.DRAWDOWN_ALREADY_OPEN
	Closed          Code = C.DRAWDOWN_BAD_HANDLE // used after Close
	WrongType       Code = C.DRAWDOWN_WRONG_TYPE
)

// Error is the code's name: "busy".
func (c Code) Error() string { return C.GoString(C.drawdown_code_name(C.int32_t(c))) }

// An Error is something the library refused or could not do.
type Error struct {
	Code    Code
	Message string // one line for a person, or one per problem of an input
}

// Detail is the code's name: "busy".
func (e *Error) Detail() string { return e.Code.Error() }

func (e *Error) Error() string { return e.Detail() + ": " + e.Message }

// Is lets errors.Is compare with a Code.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// check makes an error of what a call returned, and frees the call's.
func check(code C.int32_t, failure *C.drawdown_error) error {
	if code == C.DRAWDOWN_OK {
		return nil
	}
	message := C.GoString(C.drawdown_error_message(*failure))
	C.drawdown_error_free(*failure)
	return &Error{Code: Code(code), Message: message}
}

// ErrRefused is what errors.Is finds in every *Refusal.
var ErrRefused error = refused{}

type refused struct{}

func (refused) Error() string { return "refused" }

// A Refusal says why a quota has no room: in GPU-seconds, or GPUs where the
// period is "at_once". Nothing was done.
type Refusal struct {
	Tenant, Pool, Period               string
	Limit, Asked, Used, Held, Reserved Decimal
	ResetsAt                           Time // zero: never
	Description                        string
	// Of several that were asked for together, the hold or the run with whose
	// the sum did not fit; Asked is the sum up to it. "": one alone.
	ID string
}

func (r *Refusal) Error() string { return r.Description }

// Is lets errors.Is find ErrRefused.
func (r *Refusal) Is(target error) bool { return target == ErrRefused }

// admitted makes an error of a refusal that a call gave.
func admitted(handle C.drawdown_table) error {
	if handle == 0 {
		return nil
	}
	table, err := tableOf(handle)
	if err != nil {
		return err
	}
	defer table.Close()
	row := reader{row: Row{table, 0}}
	refusal := &Refusal{
		Tenant: row.text("tenant"), Pool: row.text("pool"), Period: row.text("period"),
		Limit: row.decimal("limit"), Asked: row.decimal("asked"), Used: row.decimal("used"),
		Held: row.decimal("held"), Reserved: row.decimal("reserved"),
		ResetsAt: row.time("resets_at"), Description: row.text("description"),
		ID: row.text("id"),
	}
	if row.err != nil {
		return row.err
	}
	return refusal
}
