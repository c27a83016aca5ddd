package drawdown

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const always = `
id: "aws" provider: "aws" currency: "USD"
term { start: "2020-10-01T00:00:00Z" end: "2090-10-01T00:00:00Z" }
rate { pool: "aws" price: "4.10" from: "2020-10-01T00:00:00Z" }
`

func ago(length time.Duration) Time { return time.Now().Add(-length).Truncate(time.Microsecond) }

func TestPartsOfAGPUAreOneTogether(t *testing.T) {
	books, _ := openBooks(t)
	start := ago(2 * time.Hour)
	part := func(i int) RunStart {
		return RunStart{RunID: fmt.Sprint("r", i), Tenant: "acme", Pool: pool, At: start,
			Device: "GPU-1", ShareNum: 1, ShareDen: 7}
	}
	for i := 0; i < 7; i++ {
		succeed(t, books.StartRuns(part(i)))
	}
	if books.StartRuns(part(7)) == nil {
		t.Fatal("eight sevenths of a GPU")
	}
	rest := must(books.Runs(RunQuery{After: RunKey{RunID: "r4"}, Limit: 3}))(t)
	equal(t, rest.Len(), 2)
	equal(t, must(rest.Row(0).Text("run_id"))(t), "r5")
	nowhere := part(8)
	nowhere.Device = ""
	if err := books.StartRuns(nowhere); !errors.Is(err, InvalidArgument) {
		t.Fatal(err)
	}
	for i := 0; i < 7; i++ {
		succeed(t, books.StopRun(RunKey{RunID: fmt.Sprint("r", i)}, start.Add(time.Hour), Done))
	}
	equal(t, counted(t, books), 3_600_000_000)
}

func TestGhostsEndAtTheirLastSignOfLife(t *testing.T) {
	books, _ := openBooks(t)
	run := RunKey{RunID: "r"}
	start := startOf("r", 1_000_000)
	start.At = ago(2 * time.Hour)
	succeed(t, books.StartRuns(start))
	sign := ago(time.Hour)
	succeed(t, books.HeartbeatRun(run, sign))
	fresh, refused, err := books.HeartbeatRuns(Heartbeat{run, sign}, Heartbeat{RunKey{RunID: "nobody"}, sign})
	succeed(t, err)
	equal(t, fresh, 0) // It was said before.
	equal(t, len(refused), 1)
	ghosts := must(books.Ghosts("acme", "", 0, Time{}))(t)
	equal(t, ghosts.Len(), 1)
	equal(t, must(ghosts.Row(0).Time("last_sign"))(t).Equal(sign), true)
	if err := books.ConfirmGhost(run, 2*time.Hour, Time{}); !errors.Is(err, WrongState) {
		t.Fatal(err)
	}
	succeed(t, books.ConfirmGhost(run, 0, Time{}))
	row := must(books.Runs(RunQuery{}))(t).Row(0)
	equal(t, must(row.Text("reason"))(t), "lost")
	equal(t, must(row.Time("end"))(t).Equal(sign), true)
}

func TestQuotesSayWhatAndWhether(t *testing.T) {
	books, _ := openBooks(t)
	must(books.ApplyContracts(ContractText{"aws.textproto", always}))(t)
	equal(t, must(must(books.DueDates(Time{}))(t).Row(0).Text("contract"))(t), "aws")
	equal(t, must(books.Portfolio(Time{}))(t).Len(), 0) // Without commitments.
	nobody := ""
	ofNobody := StatementQuery{Contract: "aws", Period: "2026-10", Tenant: &nobody}
	equal(t, must(books.Statement(ofNobody))(t).Len(), 0)
	must(books.Meter("acme", pool))(t)
	must(books.SetQuota(QuotaSetting{Tenant: "acme", Period: Total, Limit: GPUHours(10)}))(t)
	request := HoldRequest{HoldID: "h", Tenant: "acme", Pool: pool, GPUMicros: GPUHours(8), MicroGPUs: 8_000_000}
	lines, refusal, err := books.QuoteHold(request)
	succeed(t, err)
	equal(t, refusal, nil)
	equal(t, lines.Len(), 1)
	equal(t, must(lines.Row(0).Decimal("cost"))(t).String(), "32.8") // 8 x 4.10
	request.GPUMicros = GPUHours(11)
	_, refusal, err = books.QuoteHold(request)
	succeed(t, err)
	equal(t, refusal.Asked.String(), "39600")
	equal(t, must(books.Holds("", false))(t).Len(), 0)
}

func TestLimitsToComeAndWhoUsesThem(t *testing.T) {
	books, _ := openBooks(t)
	quota := QuotaSetting{Tenant: "acme", Period: Total, Limit: GPUHours(10), Soft: true}
	must(books.SetQuota(quota))(t)
	quota.Limit, quota.From = GPUHours(20), ago(-time.Hour)
	must(books.SetQuota(quota))(t)
	changes := must(books.QuotaChanges("acme", Time{}))(t)
	equal(t, changes.Len(), 1)
	equal(t, must(changes.Row(0).Time("from"))(t).Equal(quota.From), true)
	start := startOf("r", 1_000_000)
	start.At = ago(time.Minute)
	succeed(t, books.StartRuns(start))
	quotas, users, err := books.QuotaUsers("acme/chat", pool, Int128{}, Time{})
	succeed(t, err)
	equal(t, quotas.Len(), 1)
	equal(t, must(users.Row(0).Text("run_id"))(t), "r")
}

func TestMadeAndCheckedWithoutBeingOpened(t *testing.T) {
	made := filepath.Join(t.TempDir(), "made")
	succeed(t, Create(made, Options{Bucket: 15 * time.Minute}))
	if err := Create(made, Options{}); !errors.Is(err, LedgerExists) {
		t.Fatal(err)
	}
	if _, err := Open(made+"\x00evil", Options{}); !errors.Is(err, InvalidArgument) {
		t.Fatal(err)
	}
	books := must(Open(made, Options{}))(t)
	defer books.Close()
	equal(t, must(must(books.Info())(t).Row(0).Int("bucket_us"))(t), 900_000_000)
	succeed(t, ValidateContract(ContractText{"mine", always}))
	err := ValidateContract(ContractText{"mine", "colour: 'red'"})
	equal(t, err != nil && strings.Contains(err.Error(), "mine:1:"), true)
}

func TestAnOlderLibraryIsRefusedWithBothVersions(t *testing.T) {
	succeed(t, checkLibrary(ABIVersion()))
	err := checkLibrary(1)
	if !errors.Is(err, Unsupported) || !strings.Contains(err.Error(), "(ABI 1)") ||
		!strings.Contains(err.Error(), fmt.Sprintf("needs ABI %d", ABIVersion())) {
		t.Fatal(err)
	}
}
