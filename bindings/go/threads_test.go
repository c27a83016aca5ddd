package drawdown

import (
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestManyGoroutinesCountOnOneMeter(t *testing.T) {
	books, _ := openBooks(t)
	meter := must(books.Meter("acme", pool))(t)
	var all sync.WaitGroup
	for i := 0; i < 64; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for n := 0; n < 5_000; n++ {
				meter.Record(3)
			}
		}()
	}
	// Draining meanwhile takes each of them once.
	for i := 0; i < 20; i++ {
		must(books.Drain())(t)
	}
	all.Wait()
	equal(t, counted(t, books), 64*5_000*3)
}

// Goroutines that sleep go on on another thread, and count in its lane.
func TestGoroutinesMoveBetweenThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	books, _ := openBooks(t)
	meter := must(books.Meter("acme", pool))(t)
	var all sync.WaitGroup
	moved := int64(0)
	for i := 0; i < 64; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			thread := syscall.Gettid()
			for n := 0; n < 200; n++ {
				meter.Record(1)
				time.Sleep(time.Microsecond)
				if now := syscall.Gettid(); now != thread {
					thread = now
					atomic.AddInt64(&moved, 1)
				}
			}
		}()
	}
	all.Wait()
	equal(t, moved > 0, true)
	equal(t, counted(t, books), 64*200)
}

// A goroutine that ends without unlocking its thread ends the thread: what it
// counted stays.
func TestThreadsDie(t *testing.T) {
	books, _ := openBooks(t)
	meter := must(books.Meter("acme", pool))(t)
	var all sync.WaitGroup
	for i := 0; i < 100; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			runtime.LockOSThread()
			meter.Record(7)
		}()
	}
	all.Wait()
	equal(t, counted(t, books), 700)
}

// Signals interrupt system calls, the runtime's own preemption among them, and
// none of that shows. The program's handlers stay: the library installs none.
func TestSignalsDoNotDisturb(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	defer signal.Stop(signals)
	books, _ := openBooks(t)
	meter := must(books.Meter("acme", pool))(t)
	var stop int32
	var storm sync.WaitGroup
	storm.Add(1)
	go func() {
		defer storm.Done()
		for atomic.LoadInt32(&stop) == 0 {
			syscall.Kill(os.Getpid(), syscall.SIGUSR1)
			syscall.Kill(os.Getpid(), syscall.SIGURG)
			runtime.Gosched()
		}
	}()
	for i := 0; i < 30; i++ {
		for n := 0; n < 1_000; n++ {
			meter.Record(1)
		}
		must(books.Drain())(t)
	}
	atomic.StoreInt32(&stop, 1)
	storm.Wait()
	equal(t, counted(t, books), 30_000)
	select {
	case <-signals:
	case <-time.After(10 * time.Second):
		t.Fatal("the program's handler was replaced")
	}
}

func BenchmarkRecord(b *testing.B) {
	books, _ := openBooks(b)
	meter := must(books.Meter("acme", pool))(b)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		meter.Record(1)
	}
}
