#include <drawdown/drawdown.h>
#include <stdio.h>

int main(void) {
  drawdown_ledger ledger;
  drawdown_error error;
  drawdown_meter meter;
  drawdown_ledger_options options = DRAWDOWN_LEDGER_OPTIONS_INIT;
  options.create_if_missing = 1;
  if (drawdown_ledger_open(drawdown_str("books"), &options, &ledger, &error)) {
    fprintf(stderr, "%s\n", drawdown_error_message(error));
    drawdown_error_free(error);
    return 1;
  }
  drawdown_meter_bind(ledger, drawdown_str("acme/chat"),
                      drawdown_str("aws/us-east-1/gb200"), 0, &meter, NULL);
  drawdown_record(meter, 1250000); /* 1.25 GPU-seconds */
  drawdown_ledger_close(ledger, NULL);
  return 0;
}
