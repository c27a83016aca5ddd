package drawdown

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

const pool = "aws/us-east-1/gb200"

func TestMain(m *testing.M) {
	if arguments := os.Getenv(workerVariable); arguments != "" {
		workerMain(arguments)
	}
	os.Exit(m.Run())
}

// openBooks makes a ledger that is drained only when told to.
func openBooks(t testing.TB) (*Ledger, string) {
	directory := filepath.Join(t.TempDir(), "books")
	ledger := must(Open(directory, Options{Create: true, DrainInterval: -1}))(t)
	t.Cleanup(func() { ledger.Close() })
	return ledger, directory
}

// must ends the test on an error: must(f())(t).
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func succeed(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// at is 2026-10-01T hour:00:00Z.
func at(hour int) Time { return time.Date(2026, 10, 1, hour, 0, 0, 0, time.UTC) }

// counted is all GPU-microseconds in the books, after a drain.
func counted(t testing.TB, ledger *Ledger) int64 {
	t.Helper()
	must(ledger.Drain())(t)
	usage := must(ledger.Usage(UsageQuery{}))(t)
	defer usage.Close()
	total := int64(0)
	for _, row := range usage.Rows() {
		total += must(row.Decimal("gpu_seconds"))(t).Units.Big().Int64()
	}
	return total
}
