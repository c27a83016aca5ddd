#include "peer.h"

namespace drawdown {

void AddQuotaRow(const std::string& name, QuotaPeer* peer, int callers,
                 std::vector<CallerRow>* rows) {
  if (peer == nullptr) return;
  CallerRow row{name, {}, {}, {}};
  for (int leaf = 0; leaf < callers; ++leaf) {
    const std::shared_ptr<QuotaCaller> caller = peer->NewCaller(leaf);
    row.calls.push_back([caller] { caller->Take(1); });
  }
  rows->push_back(std::move(row));
}

}  // namespace drawdown
