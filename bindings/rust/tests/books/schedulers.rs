//! What schedulers ask less often.
use std::time::{Duration, SystemTime};

use drawdown::*;

use crate::support::{counted, Scratch, POOL};

const CONTRACT: &str = r#"
id: "aws" provider: "aws" currency: "USD"
term { start: "2020-10-01T00:00:00Z" end: "2090-10-01T00:00:00Z" }
rate { pool: "aws" price: "4.10" from: "2020-10-01T00:00:00Z" }
"#;

/// So long ago, to the second.
fn ago(seconds: u64) -> Time {
    (SystemTime::now() - Duration::from_secs(seconds)).into()
}

#[test]
fn parts_of_a_gpu_are_one_together() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let start = ago(7_200);
    let end = Time::from_unix_micros(start.unix_micros() + 3_600_000_000);
    let ids: Vec<_> = (0..7).map(|i| format!("r{i}")).collect();
    let part = |run_id| RunStart {
        run_id,
        tenant: "acme",
        pool: POOL,
        at: start,
        device: Some(("GPU-1", (1, 7))),
        ..Default::default()
    };
    let parts: Vec<_> = ids.iter().map(|id| part(id.as_str())).collect();
    assert!(books.start_runs(&parts).unwrap().is_admitted());
    assert!(books.start_run(&part("r7")).is_err());
    let page = RunQuery {
        after: Some(("r4", 1)),
        limit: 3,
        ..Default::default()
    };
    let rest = books.runs(&page).unwrap();
    assert_eq!(rest.row(0).unwrap().text("run_id").unwrap(), Some("r5"));
    assert_eq!(rest.len(), 2);
    for id in &ids {
        books.stop_run(id, 1, end, StopReason::Done).unwrap();
    }
    assert_eq!(counted(&books), GPU_HOUR);
}

#[test]
fn ghosts_end_at_their_last_sign_of_life() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let run = RunStart {
        run_id: "r",
        tenant: "acme",
        pool: POOL,
        micro_gpus: 1_000_000,
        at: ago(7_200),
        ..Default::default()
    };
    assert!(books.start_run(&run).unwrap().is_admitted());
    let sign = ago(3_600);
    books.heartbeat_run("r", 1, sign).unwrap();
    let beat = |run_id, at| Heartbeat {
        run_id,
        attempt: 1,
        at,
    };
    let beats = [beat("r", sign), beat("nobody", sign)];
    let (fresh, refused) = books.heartbeat_runs(&beats).unwrap();
    assert_eq!((fresh, refused.len()), (0, 1)); // It was said before.
    let ghosts = books.ghosts("acme", "", None, None).unwrap();
    let last_sign = ghosts.row(0).unwrap().time("last_sign").unwrap();
    assert_eq!((ghosts.len(), last_sign), (1, Some(sign)));
    let alive = books.confirm_ghost("r", 1, Some(Duration::from_secs(7_200)), None);
    assert_eq!(alive.unwrap_err().code(), code::WRONG_STATE);
    books.confirm_ghost("r", 1, None, None).unwrap();
    let runs = books.runs(&RunQuery::default()).unwrap();
    let row = runs.row(0).unwrap();
    assert_eq!(row.text("reason").unwrap(), Some("lost"));
    assert_eq!(row.time("end").unwrap(), Some(sign));
}

#[test]
fn quotes_say_what_and_whether() {
    let scratch = Scratch::new();
    let books = scratch.books();
    books
        .apply_contracts(&[("aws.textproto", CONTRACT)])
        .unwrap();
    let terms = books.due_dates(None).unwrap();
    assert_eq!(terms.row(0).unwrap().text("contract").unwrap(), Some("aws"));
    assert!(books.portfolio(None).unwrap().is_empty()); // Without commitments.
    let of_nobody = StatementQuery {
        contract: "aws",
        period: "2026-10",
        tenant: Some(""),
        ..Default::default()
    };
    assert!(books.statement(&of_nobody).unwrap().is_empty());
    let _known = books.meter("acme", POOL).unwrap();
    let quota = QuotaSetting {
        tenant: "acme",
        period: Period::Total,
        limit: Some(10 * GPU_HOUR),
        ..Default::default()
    };
    assert!(books.set_quota(&quota).unwrap());
    let request = |hours| HoldRequest {
        hold_id: "h",
        tenant: "acme",
        pool: POOL,
        gpu_us: hours * GPU_HOUR,
        micro_gpus: 8_000_000,
        ..Default::default()
    };
    let (admission, lines) = books.quote_hold(&request(8)).unwrap();
    assert!(admission.is_admitted());
    let cost = lines.row(0).unwrap().decimal("cost").unwrap().unwrap();
    assert_eq!((lines.len(), cost.to_string()), (1, "32.8".into())); // 8 x 4.10
    assert!(!books.quote_hold(&request(11)).unwrap().0.is_admitted());
    assert!(books.holds("", None).unwrap().is_empty());
}

#[test]
fn limits_to_come_and_who_uses_them() {
    let scratch = Scratch::new();
    let books = scratch.books();
    let mut quota = QuotaSetting {
        tenant: "acme",
        period: Period::Total,
        limit: Some(10 * GPU_HOUR),
        soft: true,
        ..Default::default()
    };
    assert!(books.set_quota(&quota).unwrap());
    quota.limit = Some(20 * GPU_HOUR);
    quota.from = Some((SystemTime::now() + Duration::from_secs(3_600)).into());
    assert!(books.set_quota(&quota).unwrap());
    let changes = books.quota_changes("acme", None).unwrap();
    let row = changes.row(0).unwrap();
    assert_eq!((changes.len(), row.time("from").unwrap()), (1, quota.from));
    let run = RunStart {
        run_id: "r",
        tenant: "acme/a",
        pool: POOL,
        micro_gpus: 1_000_000,
        at: ago(60),
        ..Default::default()
    };
    assert!(books.start_run(&run).unwrap().is_admitted());
    let (quotas, users) = books.quota_users("acme/a", POOL, 0, 0, None).unwrap();
    assert_eq!((quotas.len(), users.len()), (1, 1));
    assert_eq!(users.row(0).unwrap().text("run_id").unwrap(), Some("r"));
}

#[test]
fn made_and_checked_without_being_opened() {
    let scratch = Scratch::new();
    let made = scratch.path("made");
    Options::new()
        .bucket(Duration::from_secs(900))
        .create_new(&made)
        .unwrap();
    let again = Options::new().create_new(&made).unwrap_err();
    assert_eq!(again.code(), code::LEDGER_EXISTS);
    let info = Ledger::open(&made).unwrap().info().unwrap();
    assert_eq!(
        info.row(0).unwrap().int("bucket_us").unwrap(),
        Some(900_000_000)
    );
    let mut evil = made.into_os_string();
    evil.push("\0evil");
    let refused = Ledger::open(&evil).unwrap_err();
    assert_eq!(refused.code(), code::INVALID_ARGUMENT);

    validate_contract("mine", CONTRACT).unwrap();
    let wrong = validate_contract("mine", "colour: 'red'").unwrap_err();
    assert!(wrong.message().contains("mine:1:"), "{wrong}");
}
