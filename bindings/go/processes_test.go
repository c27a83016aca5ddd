package drawdown

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const workerVariable = "DRAWDOWN_GO_WORKER"

// workerMain counts for ever, and after each call writes how many there were.
func workerMain(arguments string) {
	books, acknowledged, _ := strings.Cut(arguments, ":")
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	ledger, err := Open(books, Options{DrainInterval: -1})
	fail(err)
	meter, err := ledger.Meter("acme/worker", pool)
	fail(err)
	file, err := os.Create(acknowledged)
	fail(err)
	fmt.Println("counting")
	var bytes [8]byte
	for count := uint64(1); ; count++ {
		meter.Record(1)
		binary.LittleEndian.PutUint64(bytes[:], count)
		_, err := file.WriteAt(bytes[:], 0)
		fail(err)
		if count%1000 == 0 {
			_, err := ledger.Drain()
			fail(err)
		}
	}
}

func startWorker(t *testing.T, books, acknowledged string) *exec.Cmd {
	worker := exec.Command(must(os.Executable())(t))
	worker.Env = append(os.Environ(), workerVariable+"="+books+":"+acknowledged)
	worker.Stderr = os.Stderr
	output := must(worker.StdoutPipe())(t)
	succeed(t, worker.Start())
	equal(t, must(bufio.NewReader(output).ReadString('\n'))(t), "counting\n")
	return worker
}

// Each worker had acknowledged n calls and may have had one more in flight.
func TestKilledWorkersLoseNothing(t *testing.T) {
	books, directory := openBooks(t)
	scratch := t.TempDir()
	acknowledged, workers := int64(0), int64(0)
	for round := 1; round <= 4; round++ {
		var started []*exec.Cmd
		var files []string
		for i := 0; i < 3; i++ {
			files = append(files, filepath.Join(scratch, fmt.Sprint(round, ".", i)))
			started = append(started, startWorker(t, directory, files[i]))
		}
		time.Sleep(time.Duration(round) * 20 * time.Millisecond)
		for _, worker := range started {
			succeed(t, worker.Process.Kill()) // SIGKILL
			worker.Wait()
		}
		for _, file := range files {
			if bytes := must(os.ReadFile(file))(t); len(bytes) == 8 {
				acknowledged += int64(binary.LittleEndian.Uint64(bytes))
			}
			workers++
		}
		total := counted(t, books)
		if acknowledged == 0 || total < acknowledged || total > acknowledged+workers {
			t.Fatalf("%d acknowledged by %d workers, %d in the books", acknowledged, workers, total)
		}
		equal(t, counted(t, books), total) // Not twice.
	}
	equal(t, len(must(books.Verify())(t)), 0)
}
