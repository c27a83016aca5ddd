use drawdown::{By, Options, UsageQuery};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ledger = Options::new().create(true).open("live")?;
    let meter = ledger.meter("acme/chat", "aws/us-east-1/gb200")?;

    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _request in 0..3_600 {
                    meter.record(250_000); // a quarter of a GPU-second
                }
            });
        }
    });

    // In the answers at once; durable against power loss after a drain.
    println!("{} meter", ledger.live()?.len());
    ledger.drain()?;
    let by = [By::Tenant];
    let usage = ledger.usage(&UsageQuery {
        by: &by,
        ..Default::default()
    })?;
    for row in usage.rows() {
        let seconds = row.decimal("gpu_seconds")?.ok_or("no usage")?;
        println!(
            "{}  {seconds} GPU-seconds",
            row.text("tenant")?.unwrap_or("")
        );
    }
    Ok(())
}
