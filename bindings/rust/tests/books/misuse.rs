//! What a program may get wrong.
use std::time::Duration;

use drawdown::*;

use crate::support::{instant, Scratch, POOL};

#[test]
fn errors_have_codes_names_and_lines() {
    let scratch = Scratch::new();
    let absent = Ledger::open(scratch.path("absent")).unwrap_err();
    assert!(!absent.message().is_empty());
    let books = scratch.books();
    let query = StatementQuery {
        contract: "nobody",
        period: "2026-10",
        ..Default::default()
    };
    let error = books.statement(&query).unwrap_err();
    assert_eq!(
        (error.code(), error.detail()),
        (code::NOT_FOUND, "not_found")
    );
    assert!(error.message().contains("nobody"));
    assert!(error.to_string().starts_with("not_found: "));
    let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(error);
    assert_eq!(
        boxed.downcast_ref::<Error>().unwrap().code(),
        code::NOT_FOUND
    );

    let start = |micro_gpus| RunStart {
        run_id: "r",
        tenant: "acme",
        pool: POOL,
        micro_gpus,
        at: instant(9),
        ..Default::default()
    };
    assert!(books.start_run(&start(1)).unwrap().is_admitted());
    assert_eq!(
        books.start_run(&start(2)).unwrap_err().code(),
        code::CONFLICT
    );
    let contract = books
        .apply_contracts(&[("x", "colour: 'red'")])
        .unwrap_err();
    assert!(contract.message().contains("x:1:"), "{contract}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let endless = HoldRequest {
        ttl: Duration::MAX,
        ..Default::default()
    };
    assert_eq!(
        books.place_holds(&[endless]).unwrap_err().code(),
        code::INVALID_ARGUMENT
    );
    let short = Options::new().lock_timeout(Duration::from_micros(1));
    assert!(short.open(scratch.path("other")).is_err());
    assert!(books.place_holds(&[]).unwrap().is_admitted());
    assert!(books.meters(&[]).unwrap().is_empty());
    let nul = books.meter("ac\0me", POOL).unwrap_err();
    assert!(nul.code() > 0);
}

#[test]
#[should_panic(expected = "an amount for every meter")]
fn batches_have_an_amount_for_every_meter() {
    let scratch = Scratch::new();
    let meter = scratch.books().meter("acme", POOL).unwrap();
    Meter::record_batch(&[meter], &[1, 2]);
}

#[test]
fn a_closed_handle_is_an_error_in_other_threads_too() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let handle = books.handle();
    let meter = books.meter("acme", POOL).unwrap();
    books.close().unwrap();
    meter.record(1); // Goes on counting.
    let codes: Vec<i32> = std::thread::scope(|scope| {
        let call = || {
            let (mut table, mut error) = (0, 0);
            // SAFETY: pointers to live values; the handle is stale on purpose.
            let code = unsafe { sys::drawdown_live(handle, &mut table, &mut error) };
            unsafe { sys::drawdown_error_free(error) };
            code
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(call)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(codes, [code::BAD_HANDLE; 4]);
    let again = scratch.books();
    assert_eq!(again.drain().unwrap().gpu_us, 1);
}
