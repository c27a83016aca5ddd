//! Threads, tasks that hop between them, and signals.
use std::collections::VecDeque;
use std::future::Future;
use std::os::raw::c_int;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use drawdown::*;

use crate::support::{counted, Scratch, POOL};

fn is_send_and_sync<T: Send + Sync>() {}

#[test]
fn everything_may_be_used_from_any_thread() {
    is_send_and_sync::<Ledger>();
    is_send_and_sync::<Meter>();
    is_send_and_sync::<Table>();
    is_send_and_sync::<Hold<'_>>();
    is_send_and_sync::<Error>();
    fn is_send<T: Send>() {}
    is_send::<ArrowStream>();
}

#[test]
fn many_threads_count_on_one_meter() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let meter = books.meter("acme", POOL).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..100_000).for_each(|_| meter.record(3)));
        }
        // Draining meanwhile takes each of them once.
        for _ in 0..20 {
            books.drain().unwrap();
        }
    });
    assert_eq!(counted(&books), 8 * 100_000 * 3);
}

/// A task that gives its thread up again and again.
struct Counting {
    ledger: Arc<Ledger>,
    meter: Meter,
    left: u32,
}

impl Future for Counting {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.meter.record(1);
        if self.left % 64 == 0 {
            self.ledger.drain().unwrap();
        }
        if self.left == 0 {
            return Poll::Ready(());
        }
        self.left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// As executors do: a queue of tasks, each polled by whichever thread is free.
fn run_on_threads(tasks: Vec<Pin<Box<dyn Future<Output = ()> + Send>>>, threads: usize) {
    struct Nothing;
    impl Wake for Nothing {
        fn wake(self: Arc<Self>) {} // All are polled until they are ready.
    }
    let left = AtomicUsize::new(tasks.len());
    let queue = Mutex::new(VecDeque::from(tasks));
    let waker = Waker::from(Arc::new(Nothing));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // Acquire and release are not needed: the queue's lock orders
                // all that tasks do.
                while left.load(Ordering::Relaxed) > 0 {
                    let task = queue.lock().unwrap().pop_front();
                    let mut task = match task {
                        Some(task) => task,
                        None => continue,
                    };
                    match task.as_mut().poll(&mut Context::from_waker(&waker)) {
                        Poll::Pending => queue.lock().unwrap().push_back(task),
                        Poll::Ready(()) => drop(left.fetch_sub(1, Ordering::Relaxed)),
                    }
                }
            });
        }
    });
}

#[test]
fn tasks_hop_between_threads() {
    let scratch = Scratch::new();
    let ledger = Arc::new(scratch.books());
    let meter = ledger.meter("acme", POOL).unwrap();
    let task = |_| -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(Counting {
            ledger: Arc::clone(&ledger),
            meter,
            left: 255,
        })
    };
    run_on_threads((0..16).map(task).collect(), 4);
    assert_eq!(counted(&ledger), 16 * 256);
}

extern "C" {
    fn signal(number: c_int, handler: usize) -> usize;
    fn siginterrupt(number: c_int, flag: c_int) -> c_int;
    fn kill(process: c_int, number: c_int) -> c_int;
}
const SIGUSR1: c_int = 10;
const HANDLER: extern "C" fn(c_int) = count_signal;
static SIGNALS: AtomicU32 = AtomicU32::new(0);

extern "C" fn count_signal(_: c_int) {
    // Relaxed: a count, read when the storm is over.
    SIGNALS.fetch_add(1, Ordering::Relaxed);
}

/// Signals interrupt system calls (no SA_RESTART), and none of that shows. The
/// program's own handler stays: the library installs none.
#[test]
fn signals_do_not_disturb() {
    let scratch = Scratch::new();
    unsafe {
        signal(SIGUSR1, HANDLER as *const () as usize);
        siginterrupt(SIGUSR1, 1);
    }
    let books = scratch.books();
    let meter = books.meter("acme", POOL).unwrap();
    let storm = AtomicU32::new(1);
    thread::scope(|scope| {
        scope.spawn(|| {
            while storm.load(Ordering::Relaxed) == 1 {
                unsafe { kill(std::process::id() as c_int, SIGUSR1) };
                thread::yield_now();
            }
        });
        for _ in 0..30 {
            (0..1_000).for_each(|_| meter.record(1));
            books.drain().unwrap();
        }
        // Relaxed: it says no more than "stop".
        storm.store(0, Ordering::Relaxed);
    });
    assert_eq!(counted(&books), 30_000);
    assert!(SIGNALS.load(Ordering::Relaxed) > 0);
    assert_eq!(
        unsafe { signal(SIGUSR1, HANDLER as *const () as usize) },
        HANDLER as *const () as usize
    );
}
