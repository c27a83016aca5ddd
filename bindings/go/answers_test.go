package drawdown

import (
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const contract = `
id: "aws" provider: "aws" currency: "USD"
term { start: "2026-10-01T00:00:00Z" end: "2027-10-01T00:00:00Z" }
rate { pool: "aws" price: "4.10" from: "2026-10-01T00:00:00Z" }
`

const block = `
commitment { id: "block" category: USAGE model: DISCONTINUOUS interval: MONTHLY layer: 1
  applies { dimension: "pool" operator: STARTS_WITH value: "aws/" }
  step { from: "2026-10-01T00:00:00Z" quantity: "2000" } price: "2"
  shortfall { policy: TAKE_OR_PAY price: "2" } }
`

func startOf(runID string, microGPUs int64) RunStart {
	return RunStart{RunID: runID, Tenant: "acme/chat", Pool: pool, MicroGPUs: microGPUs, At: at(9)}
}

func TestAMonthFromRunsToAStatement(t *testing.T) {
	books, _ := openBooks(t)
	run := RunKey{RunID: "r1"}
	succeed(t, books.StartRuns(startOf("r1", 8_000_000)))
	succeed(t, books.ResizeRun(run, 16_500_000, at(10)))
	succeed(t, books.SuspendRun(run, at(11)))
	succeed(t, books.ResumeRun(run, at(12)))
	succeed(t, books.HeartbeatRun(run, at(12)))
	succeed(t, books.StopRun(run, at(13), Preempted))

	usage := must(books.Usage(UsageQuery{By: []By{ByTenant, ByHour}}))(t)
	if names := usage.Columns(); !reflect.DeepEqual(names, []string{"tenant", "hour", "gpu_seconds"}) {
		t.Fatal(names)
	}
	want := map[int]string{9: "28800", 10: "59400", 12: "59400"}
	equal(t, usage.Len(), len(want))
	for _, row := range usage.Rows() {
		hour := must(row.Time("hour"))(t)
		equal(t, must(row.Decimal("gpu_seconds"))(t).String(), want[hour.Hour()])
	}
	runs := must(books.Runs(RunQuery{}))(t)
	equal(t, must(runs.Row(0).Text("reason"))(t), "preempted")
	equal(t, must(books.Runs(RunQuery{Open: true}))(t).Len(), 0)
	segments := must(books.Segments(RunQuery{RunID: "r1"}))(t)
	equal(t, segments.Len(), 3)
	equal(t, must(segments.Row(1).Decimal("gpus"))(t).String(), "16.5")
	equal(t, must(segments.Row(1).Bool("suspended"))(t), false)

	equal(t, len(must(books.ApplyContracts(ContractText{"aws.textproto", contract}))(t)), 1)
	october := StatementQuery{Contract: "aws", Period: "2026-10", At: at(31 * 24)}
	line := must(books.Statement(october))(t).Row(0)
	equal(t, must(line.Text("kind"))(t), "on_demand")
	equal(t, must(line.Decimal("cost"))(t).String(), "168.1") // 41 h x 4.10
	csv := must(books.StatementText(october, "csv"))(t)
	equal(t, strings.HasPrefix(csv, "period_start,"), true)
	equal(t, must(must(books.Contracts())(t).Row(0).Int("version"))(t), 1)
	equal(t, must(books.Journal(0, 2))(t).Len(), 2)
	equal(t, must(books.Info())(t).Len(), 1)
	equal(t, len(must(books.Verify())(t)), 0)
}

func TestWhatIsToComeAndWhatIsClosed(t *testing.T) {
	books, _ := openBooks(t)
	succeed(t, books.StartRuns(startOf("r1", 8_000_000)))
	succeed(t, books.StopRun(RunKey{RunID: "r1"}, at(19), Done))
	must(books.ApplyContracts(ContractText{"aws.textproto", contract + block}))(t)
	now := at(48)
	asked := must(books.Forecast(ForecastQuery{Contract: "aws", At: now,
		Scale: []UsageScale{{"acme", 0}},
		Runs:  []AddedRun{{"acme/chat", pool, 500_000, at(72), at(82)}}}))(t)
	defer asked.Close()
	equal(t, asked.Intervals.Len(), 2)
	what := asked.Intervals.Row(1)
	equal(t, must(what.Bool("what_if"))(t), true)
	equal(t, must(what.Decimal("projected"))(t).String(), "306000") // 80 h + 5 h
	equal(t, must(asked.Costs.Row(0).Text("currency"))(t), "USD")
	_, err := books.Forecast(ForecastQuery{At: now, Exercise: []string{"nobody"}})
	equal(t, errors.Is(err, NotFound), true)
	page := must(books.ReportHTML("aws", now))(t)
	equal(t, strings.HasPrefix(page, "<!DOCTYPE html>"), true)

	equal(t, must(books.ClosePeriod("aws", "2026-10"))(t), true)
	equal(t, must(books.ClosePeriod("aws", "2026-10"))(t), false)
	equal(t, must(must(books.ClosedPeriods(""))(t).Row(0).Text("period"))(t), "2026-10")
	equal(t, must(books.MoveTenant("acme/chat", "acme/apps/chat", at(31*24)))(t), true)
	equal(t, must(books.MoveTenant("acme/chat", "acme/apps/chat", at(31*24)))(t), false)
}

func TestMeters(t *testing.T) {
	books, _ := openBooks(t)
	both := must(books.Meters([]MeterName{{"acme/chat", pool}, {"acme/code", pool}}, false))(t)
	both[0].Record(5)
	both[0].Record(-7)
	equal(t, both[0].TryRecord(7), Admitted)
	both[0].RecordMany([]int64{1, 2, 3})
	both[0].RecordMany(nil)
	RecordBatch(both, []int64{10, 20})
	for _, decision := range TryRecordBatch(both, []int64{100, 200}) {
		equal(t, decision, Admitted)
	}
	equal(t, counted(t, books), 348)
	both[1].Record(4)
	equal(t, must(books.Live())(t).Len(), 2)
	drained := must(books.Drain())(t)
	equal(t, drained.Meters, 1)
	equal(t, drained.GPUMicros, Int(4))
	equal(t, must(books.Meters([]MeterName{{"acme/code", pool}}, true))(t)[0], both[1])
	if _, err := books.Meters([]MeterName{{"nobody", pool}}, true); !errors.Is(err, UnknownName) {
		t.Fatal(err)
	}
}

func TestQuotasAndHolds(t *testing.T) {
	books, _ := openBooks(t)
	quota := QuotaSetting{Tenant: "acme", Period: Total, Limit: GPUHours(10)}
	equal(t, must(books.SetQuota(quota))(t), true)
	equal(t, must(books.SetQuota(quota))(t), false)
	request := func(id string, hours int64) HoldRequest {
		return HoldRequest{HoldID: id, Tenant: "acme/chat", Pool: pool, GPUMicros: GPUHours(hours)}
	}
	func() {
		hold := must(books.Hold(request("h1", 6)))(t)
		defer hold.Close()
		hold.Use(GPUHours(1))
		_, err := books.Hold(request("h2", 5))
		var refused *Refusal
		if !errors.As(err, &refused) || !errors.Is(err, ErrRefused) {
			t.Fatal(err)
		}
		equal(t, refused.Tenant, "acme")
		equal(t, refused.Held.String(), "21600")
		var several *Refusal
		if err := books.PlaceHolds(request("h2", 1), request("h3", 5)); !errors.As(err, &several) {
			t.Fatal(err)
		}
		equal(t, several.ID, "h3")
		equal(t, several.Asked.String(), "21600")
		holders, explained, err := books.ExplainQuota("acme/chat", pool, GPUHours(5), Time{})
		succeed(t, err)
		equal(t, *explained, *refused)
		equal(t, must(holders.Row(0).Text("hold_id"))(t), "h1")
		_, fits, err := books.ExplainQuota("acme/chat", pool, GPUHours(4), Time{})
		succeed(t, err)
		equal(t, fits, nil)
		equal(t, must(must(books.Exhaustions())(t).Row(0).Text("kind"))(t), "hold_expires")
	}()
	// What was used before Close was settled.
	used := must(must(books.Quotas("", Time{}))(t).Row(0).Decimal("used"))(t)
	equal(t, used, Decimal{GPUHours(1), 6})

	if err := books.StartRuns(startOf("r", 1_000_000)); !errors.Is(err, HoldRequired) {
		t.Fatal(err)
	}
	hold := must(books.Hold(request("h3", 2)))(t)
	run := startOf("r", 1_000_000)
	run.HoldID = hold.DrawnByRun()
	run.At = time.Now()
	succeed(t, books.StartRuns(run))
	succeed(t, books.StopRun(RunKey{RunID: "r"}, run.At.Add(time.Second), Done))
	succeed(t, hold.Close())
	succeed(t, hold.Close())

	hold = must(books.Hold(request("h4", 1)))(t)
	renewal := HoldRenewal{HoldID: hold.ID(), Renewal: 1, Charge: GPUSeconds(1), TTL: time.Minute}
	succeed(t, books.RenewHold(renewal))
	if err := hold.Settle(GPUHours(100), true); !errors.Is(err, ErrRefused) {
		t.Fatal(err)
	}
	equal(t, must(books.Holds("", true))(t).Len(), 1)
	succeed(t, hold.Release())
	equal(t, must(books.Holds("", true))(t).Len(), 0)
	// Where no length is said it lasts as long as it did.
	long := request("h5", 1)
	long.TTL = 10 * time.Hour
	hold = must(books.Hold(long))(t)
	expires := func() Time {
		return must(must(books.Holds("", true))(t).Row(0).Time("expires"))(t)
	}
	before := expires()
	succeed(t, books.RenewHold(HoldRenewal{HoldID: hold.ID(), Renewal: 1}))
	equal(t, expires(), before)
	succeed(t, hold.Release())
	// Nothing beyond the limit is admitted on the hot path either.
	meter := must(books.Meter("acme/chat", pool))(t)
	equal(t, meter.TryRecord(100*3_600_000_000), QuotaExceeded)
}

func TestABillIsReconciledToTheLastDigit(t *testing.T) {
	program := os.Getenv("DRAWDOWN_BIN")
	if program == "" {
		t.Skip("$DRAWDOWN_BIN names no program")
	}
	books, directory := openBooks(t)
	data := filepath.Join(t.TempDir(), "data")
	for _, arguments := range [][]string{
		{"example", data},
		{"--ledger", directory, "import", "runs", filepath.Join(data, "runs.csv")},
	} {
		if output, err := exec.Command(program, arguments...).CombinedOutput(); err != nil {
			t.Fatalf("%s", output)
		}
	}
	text := must(os.ReadFile(filepath.Join(data, "aws-2025.textproto")))(t)
	must(books.ApplyContracts(ContractText{"aws-2025.textproto", string(text)}))(t)
	october := StatementQuery{Contract: "aws-2025", Period: "2026-10"}
	bills := []string{filepath.Join(data, "bill-aws-2026-10.csv.gz")}
	result := must(books.Reconcile(october, bills, nil))(t)
	defer result.Close()
	equal(t, result.Clean, false) // It has planted errors.
	sum := func(column string) *big.Int {
		total := new(big.Int)
		for _, row := range result.Breaks.Rows() {
			total.Add(total, must(row.Decimal(column))(t).Units.Big())
		}
		return total
	}
	billed, difference := sum("billed_cost"), sum("difference")
	equal(t, billed.Sign(), 1)
	equal(t, difference.Cmp(billed.Sub(billed, sum("expected_cost"))), 0)
	equal(t, must(must(books.Status(Time{}))(t).Row(0).Text("contract"))(t), "aws-2025")
}

func TestTablesAreCopiesWithTypes(t *testing.T) {
	books, _ := openBooks(t)
	succeed(t, books.StartRuns(startOf("r", 2_500_000)))
	runs := must(books.Runs(RunQuery{}))(t)
	succeed(t, books.Close())
	row := runs.Row(0)
	equal(t, must(row.Get("end"))(t) == nil, true)
	equal(t, must(row.Time("end"))(t).IsZero(), true)
	equal(t, must(row.Time("start"))(t), at(9))
	equal(t, must(row.Decimal("gpus"))(t).String(), "2.5")
	for column, want := range map[string]Code{"run_id": WrongType, "colour": NotFound} {
		if _, err := row.Int(column); !errors.Is(err, want) {
			t.Fatal(err)
		}
	}
	for _, past := range []int{1, -1} {
		if _, err := runs.Row(past).Text("run_id"); !errors.Is(err, InvalidArgument) {
			t.Fatal(err)
		}
	}
	equal(t, len(must(runs.Notes())(t)), 0)
	runs.Close()
	runs.Close()
	if _, err := row.Text("run_id"); !errors.Is(err, Closed) {
		t.Fatal(err)
	}
}

func TestNumbersAreExact(t *testing.T) {
	equal(t, GPUHours(-3).String(), "-10800000000")
	equal(t, GPUHours(1<<62).Big().Cmp(new(big.Int).Mul(big.NewInt(1<<62), big.NewInt(3_600_000_000))), 0)
	equal(t, Decimal{Int(-1_250_000), 6}.String(), "-1.25")
	equal(t, Decimal{Int(7), 18}.String(), "0.000000000000000007")
	for _, text := range []string{"0", "-1", "170141183460469231731687303715884105727", "-18446744073709551616"} {
		n, _ := new(big.Int).SetString(text, 10)
		equal(t, must(FromBig(n))(t).String(), text)
	}
	if _, err := FromBig(new(big.Int).Lsh(big.NewInt(1), 127)); !errors.Is(err, Overflow) {
		t.Fatal(err)
	}
}
