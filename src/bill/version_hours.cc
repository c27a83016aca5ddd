#include "bill/version_hours.h"

#include <algorithm>

#include "base/same_text.h"
#include "drawdown/units.h"

namespace drawdown {

void VersionHours::Marks::Add(uint64_t of, uint8_t version) {
  if (versions.size() == kMost && !versions.contains(of)) {
    full = true;
  } else {
    versions[of] |= version;
  }
}

bool VersionHours::Marks::Mixed() const {
  return std::any_of(versions.begin(), versions.end(), [](const auto& mark) {
    return (mark.second & (mark.second - 1)) != 0;
  });
}

void VersionHours::Add(const BillRow& row, FocusVersion version) {
  if (who_ == 0 || !SameText(row.billing_account, account_)) {
    account_ = row.billing_account;
    who_ = FastHash(account_, seed_).low | 1;
  }
  const int64_t start_us = row.charge_start_us;
  const auto hour = static_cast<uint64_t>(
      (start_us - (start_us < 0 ? kMicrosPerHour - 1 : 0)) / kMicrosPerHour);
  const uint64_t of = who_ + hour * 0x9e3779b97f4a7c15;
  const auto bit = static_cast<uint8_t>(1u << static_cast<unsigned>(version));
  // Rows of one resource, or of one hour, mostly come together.
  Recent& recent = recent_[of % kRecent];
  if (recent.of == of && recent.version == bit) return;
  recent = {of, bit};
  of_accounts_.Add(of, bit);
  of_hours_.Add(hour, bit);
}

bool VersionHours::Mixed() const {
  if (!of_accounts_.full) return of_accounts_.Mixed();
  return of_hours_.full || of_hours_.Mixed();
}

}  // namespace drawdown
