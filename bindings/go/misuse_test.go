package drawdown

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestErrorsHaveCodesNamesAndLines(t *testing.T) {
	books, _ := openBooks(t)
	_, err := books.Statement(StatementQuery{Contract: "nobody", Period: "2026-10"})
	var failure *Error
	if !errors.As(err, &failure) || !errors.Is(err, NotFound) || errors.Is(err, Busy) {
		t.Fatal(err)
	}
	equal(t, failure.Detail(), "not_found")
	equal(t, strings.Contains(failure.Message, "nobody"), true)
	equal(t, strings.HasPrefix(err.Error(), "not_found: "), true)
	succeed(t, books.StartRuns(startOf("r", 1)))
	succeed(t, books.StartRuns(startOf("r", 1)))
	if err := books.StartRuns(startOf("r", 2)); !errors.Is(err, Conflict) {
		t.Fatal(err)
	}
	_, err = books.ApplyContracts(ContractText{"x", "colour: 'red'"})
	equal(t, err != nil && strings.Contains(err.Error(), "x:1:"), true)
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	scratch := t.TempDir()
	if _, err := Open(filepath.Join(scratch, "absent"), Options{}); err == nil {
		t.Fatal("opened what is absent")
	}
	short := Options{Create: true, LockTimeout: time.Microsecond}
	if _, err := Open(filepath.Join(scratch, "other"), short); !errors.Is(err, InvalidArgument) {
		t.Fatal(err)
	}
	books, _ := openBooks(t)
	succeed(t, books.StartRuns())
	succeed(t, books.PlaceHolds())
	equal(t, len(must(books.Meters(nil, false))(t)), 0)
	if _, err := books.Meter("ac\x00me", pool); err == nil {
		t.Fatal("a zero in a tenant's path")
	}
	defer func() { equal(t, recover() != nil, true) }()
	RecordBatch([]Meter{{}}, []int64{1, 2})
}

// Closing while others call: they finish, or are told that it is closed.
func TestCloseWhileOthersCall(t *testing.T) {
	books, directory := openBooks(t)
	meter := must(books.Meter("acme", pool))(t)
	var calls sync.WaitGroup
	for i := 0; i < 4; i++ {
		calls.Add(1)
		go func() {
			defer calls.Done()
			for {
				meter.Record(0)
				if _, err := books.Drain(); err != nil {
					equal(t, errors.Is(err, Closed), true)
					return
				}
			}
		}()
	}
	time.Sleep(20 * time.Millisecond)
	succeed(t, books.Close())
	calls.Wait()
	succeed(t, books.Close())
	meter.Record(1) // Goes on counting.
	again := must(Open(directory, Options{DrainInterval: -1}))(t)
	equal(t, counted(t, again), 1)
	succeed(t, again.Close())
}
