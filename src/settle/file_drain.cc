#include "settle/file_drain.h"

namespace drawdown {

void FileDrain::Leave(uint32_t bank, Watermark* mark) {
  const uint64_t amount = mark->drained[bank] - mark->base[bank];
  mark->base[bank] = mark->drained[bank];
  if (amount == 0) return;
  (*leaving_)[{mark->tenant, mark->pool}][bank] += GpuTime(amount);
}

void FileDrain::AdvanceBank(uint32_t bank, uint64_t counted, Watermark* mark) {
  if (counted < mark->drained[bank]) {
    // Never negative, and never waiting until the counter has caught up: what
    // the books have stays, and counting goes on from where the file is.
    loss_.behind += GpuTime(mark->drained[bank] - counted);
    Leave(bank, mark);
    mark->base[bank] = counted;
    mark->drained[bank] = counted;
    return;
  }
  news_ += GpuTime(counted - mark->drained[bank]);
  mark->drained[bank] = counted;
  if (last_ || bank != epoch_.active) Leave(bank, mark);
}

void FileDrain::Advance(const std::array<uint64_t, 2>& counted,
                        const std::optional<MeterIds>& ids, Watermark* mark) {
  const bool known = *mark != Watermark{};
  if (ids) {
    mark->tenant = ids->tenant;
    mark->pool = ids->pool;
  } else if (!known) {
    if (counted[0] == 0 && counted[1] == 0) return;
    ++loss_.meters;
    loss_.uncounted += GpuTime(counted[0]) + GpuTime(counted[1]);
    return;
  }
  meters_ += counted != mark->drained;
  loss_.meters +=
      counted[0] < mark->drained[0] || counted[1] < mark->drained[1];
  for (uint32_t bank = 0; bank < 2; ++bank) {
    AdvanceBank(bank, counted[bank], mark);
  }
}

void FileDrain::AdvanceUnread(Watermark* mark) {
  if (*mark == Watermark{}) return;
  ++loss_.meters;
  for (uint32_t bank = 0; bank < 2; ++bank) Leave(bank, mark);
}

}  // namespace drawdown
