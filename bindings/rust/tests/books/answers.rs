//! What the calls answer, and in which types.
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use drawdown::*;

use crate::support::{counted, instant, Scratch, POOL};

const CONTRACT: &str = r#"
id: "aws" provider: "aws" currency: "USD"
term { start: "2026-10-01T00:00:00Z" end: "2027-10-01T00:00:00Z" }
rate { pool: "aws" price: "4.10" from: "2026-10-01T00:00:00Z" }
"#;

const BLOCK: &str = r#"
commitment { id: "block" category: USAGE model: DISCONTINUOUS interval: MONTHLY layer: 1
  applies { dimension: "pool" operator: STARTS_WITH value: "aws/" }
  step { from: "2026-10-01T00:00:00Z" quantity: "2000" } price: "2"
  shortfall { policy: TAKE_OR_PAY price: "2" } }
"#;

fn start(run_id: &str, micro_gpus: i64) -> RunStart<'_> {
    RunStart {
        run_id,
        tenant: "acme/chat",
        pool: POOL,
        micro_gpus,
        at: instant(9),
        ..Default::default()
    }
}

#[test]
fn a_month_from_runs_to_a_statement() {
    let scratch = Scratch::new();
    let books = scratch.books();
    assert!(books
        .start_run(&start("r1", 8_000_000))
        .unwrap()
        .is_admitted());
    assert!(books
        .resize_run("r1", 1, 16_500_000, instant(10))
        .unwrap()
        .is_admitted());
    books.suspend_run("r1", 1, instant(11)).unwrap();
    assert!(books
        .resume_run("r1", 1, instant(12))
        .unwrap()
        .is_admitted());
    books.heartbeat_run("r1", 1, instant(12)).unwrap();
    books
        .stop_run("r1", 1, instant(13), StopReason::Preempted)
        .unwrap();

    let by = [By::Tenant, By::Hour];
    let usage = books
        .usage(&UsageQuery {
            by: &by,
            ..Default::default()
        })
        .unwrap();
    assert_eq!(
        usage.columns().collect::<Vec<_>>(),
        ["tenant", "hour", "gpu_seconds"]
    );
    let hours: Vec<_> = usage
        .rows()
        .map(|row| {
            let seconds = row.decimal("gpu_seconds").unwrap().unwrap();
            (row.time("hour").unwrap().unwrap(), seconds.to_string())
        })
        .collect();
    let expected = [(9, "28800"), (10, "59400"), (12, "59400")];
    assert_eq!(
        hours,
        expected.map(|(hour, seconds)| (instant(hour), seconds.to_owned()))
    );

    let runs = books.runs(&RunQuery::default()).unwrap();
    assert_eq!(
        runs.row(0).unwrap().text("reason").unwrap(),
        Some("preempted")
    );
    let segments = books
        .segments(&RunQuery {
            run_id: "r1",
            ..Default::default()
        })
        .unwrap();
    let gpus: Vec<_> = segments
        .rows()
        .map(|row| row.decimal("gpus").unwrap().unwrap())
        .collect();
    assert_eq!(
        gpus.iter().map(Decimal::to_string).collect::<Vec<_>>(),
        ["8", "16.5", "16.5"]
    );
    assert_eq!(
        segments.row(0).unwrap().bool("suspended").unwrap(),
        Some(false)
    );

    assert_eq!(
        books
            .apply_contracts(&[("aws.textproto", CONTRACT)])
            .unwrap()
            .len(),
        1
    );
    let november = Some(instant(31 * 24));
    let query = StatementQuery {
        contract: "aws",
        period: "2026-10",
        at: november,
        as_of: None,
        ..Default::default()
    };
    let statement = books.statement(&query).unwrap();
    let line = statement.row(0).unwrap();
    assert_eq!(line.text("kind").unwrap(), Some("on_demand"));
    assert_eq!(line.decimal("cost").unwrap().unwrap().to_string(), "168.1"); // 41 h x 4.10
    assert!(books
        .statement_text(&query, "csv")
        .unwrap()
        .starts_with("period_start,"));
    let contracts = books.contracts().unwrap();
    assert_eq!(contracts.row(0).unwrap().int("version").unwrap(), Some(1));
    assert!(books.status(november).unwrap().is_empty());
    assert_eq!(books.journal(0, 2).unwrap().len(), 2);
    assert_eq!(books.verify().unwrap(), Vec::<String>::new());
    books.close().unwrap();
}

#[test]
fn what_is_to_come_and_what_is_closed() {
    let scratch = Scratch::new();
    let books = scratch.books();
    assert!(books
        .start_run(&start("r1", 8_000_000))
        .unwrap()
        .is_admitted());
    books
        .stop_run("r1", 1, instant(19), StopReason::Done)
        .unwrap();
    let text = CONTRACT.to_owned() + BLOCK;
    books.apply_contracts(&[("aws.textproto", &text)]).unwrap();
    let added = AddedRun {
        tenant: "acme/chat",
        pool: POOL,
        micro_gpus: 500_000,
        start: instant(72),
        end: instant(82),
    };
    let query = ForecastQuery {
        contract: "aws",
        at: Some(instant(48)),
        scale: &[("acme", 0)],
        runs: &[added],
        ..Default::default()
    };
    let asked = books.forecast(&query).unwrap();
    assert_eq!(asked.intervals.len(), 2);
    let row = asked.intervals.row(1).unwrap();
    assert_eq!(row.bool("what_if").unwrap(), Some(true));
    let projected = row.decimal("projected").unwrap().unwrap();
    assert_eq!(projected.to_string(), "306000"); // 80 h + 5 h
    let month = asked.costs.row(0).unwrap();
    assert_eq!(month.text("currency").unwrap(), Some("USD"));
    let unknown = ForecastQuery {
        exercise: &["nobody"],
        ..query
    };
    assert_eq!(
        books.forecast(&unknown).unwrap_err().code(),
        code::NOT_FOUND
    );
    let page = books.report_html("aws", Some(instant(48))).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"));

    assert!(books.close_period("aws", "2026-10").unwrap());
    assert!(!books.close_period("aws", "2026-10").unwrap());
    let closed = books.closed_periods("").unwrap();
    let row = closed.row(0).unwrap();
    assert_eq!(row.text("period").unwrap(), Some("2026-10"));
    let november = instant(31 * 24);
    let moved = || books.move_tenant("acme/chat", "acme/apps/chat", november);
    assert!(moved().unwrap());
    assert!(!moved().unwrap());
}

#[test]
fn meters() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let both = books
        .meters(&[("acme/chat", POOL), ("acme/code", POOL)])
        .unwrap();
    both[0].record(5);
    both[0].record(-7);
    assert_eq!(both[0].try_record(7), Decision::Admitted);
    both[0].record_many(&[1, 2, 3]);
    Meter::record_batch(&both, &[10, 20]);
    assert_eq!(
        Meter::try_record_batch(&both, &[100, 200]),
        [Decision::Admitted; 2]
    );
    assert_eq!(counted(&books), 348);
    both[1].record(4);
    let drained = books.drain().unwrap();
    assert_eq!((drained.meters, drained.gpu_us), (1, 4));
    assert_eq!(
        books.known_meters(&[("acme/chat", POOL)]).unwrap(),
        both[..1]
    );
    let unknown = books.known_meters(&[("nobody", POOL)]).unwrap_err();
    assert_eq!(unknown.code(), code::UNKNOWN_NAME);
}

#[test]
fn quotas_and_holds() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let quota = QuotaSetting {
        tenant: "acme",
        period: Period::Total,
        limit: Some(10 * GPU_HOUR),
        ..Default::default()
    };
    assert!(books.set_quota(&quota).unwrap());
    assert!(!books.set_quota(&quota).unwrap());
    let request = |hold_id, hours| HoldRequest {
        hold_id,
        tenant: "acme/chat",
        pool: POOL,
        gpu_us: hours * GPU_HOUR,
        ..Default::default()
    };
    {
        let mut hold = books.hold(&request("h1", 6)).unwrap().ok().unwrap();
        hold.add_used(3_600_000_000);
        let refused = books.hold(&request("h2", 5)).unwrap().ok().unwrap_err();
        assert_eq!(
            (refused.tenant.as_str(), refused.held.to_string()),
            ("acme", "21600".into())
        );
        let several = books
            .place_holds(&[request("h2", 1), request("h3", 5)])
            .unwrap()
            .ok()
            .unwrap_err();
        assert_eq!(
            (several.id.as_str(), several.asked.to_string()),
            ("h3", "21600".into())
        );
        let (explained, holders) = books
            .explain_quota("acme/chat", POOL, 5 * GPU_HOUR, None)
            .unwrap();
        assert_eq!(explained, Admission::Refused(refused));
        assert_eq!(holders.row(0).unwrap().text("hold_id").unwrap(), Some("h1"));
        let soon = books.exhaustions().unwrap();
        assert_eq!(
            soon.row(0).unwrap().text("kind").unwrap(),
            Some("hold_expires")
        );
    }
    // What the scope used was settled.
    let quotas = books.quotas("", None).unwrap();
    let used = quotas.row(0).unwrap().decimal("used").unwrap().unwrap();
    assert_eq!(
        used,
        Decimal {
            units: GPU_HOUR,
            scale: 6
        }
    );

    let needs_hold = books.start_run(&start("r", 1_000_000)).unwrap_err();
    assert_eq!(needs_hold.code(), code::HOLD_REQUIRED);
    {
        let mut hold = books.hold(&request("h3", 2)).unwrap().ok().unwrap();
        let now = SystemTime::now();
        let run = RunStart {
            hold_id: hold.drawn_by_run(),
            at: now.into(),
            ..start("r", 1_000_000)
        };
        assert!(books.start_run(&run).unwrap().is_admitted());
        books
            .stop_run("r", 1, now + Duration::from_secs(1), StopReason::Done)
            .unwrap();
    }
    let hold = books.hold(&request("h4", 1)).unwrap().ok().unwrap();
    let renewal = HoldRenewal {
        hold_id: hold.id(),
        renewal: 1,
        charge_gpu_us: GPU_SECOND,
        extend_gpu_us: 0,
        ttl: Duration::from_secs(60),
    };
    assert!(books.renew_hold(&renewal).unwrap().is_admitted());
    hold.release().unwrap();
    // Where no length is said it lasts as long as it did.
    let long = HoldRequest {
        ttl: Duration::from_secs(36_000),
        ..request("h6", 1)
    };
    let hold = books.hold(&long).unwrap().ok().unwrap();
    let expires = || {
        let holds = books.holds("", Some(HoldState::Open)).unwrap();
        holds.row(0).unwrap().time("expires").unwrap().unwrap()
    };
    let before = expires();
    let renewal = HoldRenewal {
        hold_id: hold.id(),
        renewal: 1,
        ..Default::default()
    };
    assert!(books.renew_hold(&renewal).unwrap().is_admitted());
    assert_eq!(expires(), before);
    hold.release().unwrap();
    let hold = books.hold(&request("h5", 1)).unwrap().ok().unwrap();
    assert!(!hold
        .settle(100 * GPU_HOUR, Overdraft::Refuse)
        .unwrap()
        .is_admitted());
    assert!(books.holds("", Some(HoldState::Open)).unwrap().is_empty());
    // Nothing beyond the limit is admitted on the hot path either.
    let meter = books.meter("acme/chat", POOL).unwrap();
    assert_eq!(
        meter.try_record(100 * GPU_HOUR as i64),
        Decision::QuotaExceeded
    );
}

#[test]
fn a_bill_is_reconciled_to_the_last_digit() {
    let program = match std::env::var_os("DRAWDOWN_BIN") {
        Some(program) => program,
        None => return eprintln!("skipped: $DRAWDOWN_BIN names no program"),
    };
    let scratch = Scratch::new();
    let data = scratch.path("data");
    let run = |arguments: &[&std::ffi::OsStr]| {
        let done = Command::new(&program).args(arguments).output().unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    };
    run(&["example".as_ref(), data.as_ref()]);
    let books = scratch.books();
    let runs = data.join("runs.csv");
    let directory = scratch.path("books");
    run(&[
        "--ledger".as_ref(),
        directory.as_ref(),
        "import".as_ref(),
        "runs".as_ref(),
        runs.as_ref(),
    ]);
    let contract = std::fs::read_to_string(data.join("aws-2025.textproto")).unwrap();
    let _ = books
        .apply_contracts(&[("aws-2025.textproto", &contract)])
        .unwrap();

    let query = StatementQuery {
        contract: "aws-2025",
        period: "2026-10",
        ..Default::default()
    };
    let bills = [data.join("bill-aws-2026-10.csv.gz")];
    let result = books.reconcile(&query, &bills, None).unwrap();
    assert!(!result.clean, "the example's bill has planted errors");
    let sum = |column: &str| -> i128 {
        let cells = result.breaks.rows().map(|row| row.decimal(column).unwrap());
        cells.map(|cell| cell.map_or(0, |money| money.units)).sum()
    };
    assert!(sum("billed_cost") > 0);
    assert_eq!(sum("difference"), sum("billed_cost") - sum("expected_cost"));
    assert!(result
        .checks
        .rows()
        .any(|row| row.text("outcome").unwrap() == Some("passed")));
}

#[test]
fn tables_are_copies_with_types() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let _ = books.start_run(&start("r", 2_500_000)).unwrap();
    let runs = books.runs(&RunQuery::default()).unwrap();
    let mut stream = runs.arrow().unwrap();
    drop(books);
    let row = runs.row(0).unwrap();
    assert_eq!(row.get("end").unwrap(), Value::Null);
    assert_eq!(row.text("end").unwrap(), None);
    assert_eq!(row.decimal("gpus").unwrap().unwrap().to_string(), "2.5");
    assert_eq!(row.int("run_id").unwrap_err().code(), code::WRONG_TYPE);
    assert_eq!(row.get("colour").unwrap_err().code(), code::NOT_FOUND);
    assert_eq!(runs.row(1).unwrap_err().code(), code::INVALID_ARGUMENT);
    assert_eq!(runs.notes().unwrap(), Vec::<String>::new());
    drop(runs);
    // The stream has the rows by itself.
    let mut array = std::mem::MaybeUninit::<sys::ArrowArray>::zeroed();
    let length = unsafe {
        let stream = stream.as_mut_ptr();
        let next = (*stream).get_next.unwrap();
        assert_eq!(next(stream, array.as_mut_ptr()), 0);
        let mut array = array.assume_init();
        let length = array.length;
        array.release.unwrap()(&mut array);
        length
    };
    assert_eq!(length, 1);
}

#[test]
fn decimals_are_exact_and_instants_go_down() {
    let text = |units, scale| Decimal { units, scale }.to_string();
    assert_eq!(text(-1_250_000, 6), "-1.25");
    assert_eq!(text(7, 18), "0.000000000000000007");
    assert_eq!(text(i128::MIN, 0), i128::MIN.to_string());
    assert_eq!(
        format!(
            "{:>6}",
            Decimal {
                units: 15,
                scale: 1
            }
        ),
        "   1.5"
    );
    assert_eq!(
        Time::from(UNIX_EPOCH - Duration::from_nanos(1)).unix_micros(),
        -1
    );
    assert_eq!(
        Time::from(UNIX_EPOCH + Duration::from_nanos(1_999)).unix_micros(),
        1
    );
}
