// What must be the same in the books and in the model.
#include "gtest/gtest.h"
#include "ledger/buckets.h"
#include "ledger/memory_store.h"
#include "ledger/rebuild.h"
#include "ledger/usage_query.h"
#include "ledger/verify.h"
#include "tests/support/status.h"
#include "tests/unit/ledger/quota_simulation.h"

namespace drawdown {

// --- checks
void QuotaSimulation::CheckAdmission(const Admission& admission, bool fits,
                                     const Asks& asks) {
  ASSERT_EQ(admission.admitted(), fits)
      << (admission.refusal ? DescribeRefusal(*admission.refusal)
                            : "admitted what does not fit");
  counts_[fits ? "admitted" : "refused"] += asks.empty() ? 0 : 1;
  if (fits) return;
  const Refusal& refusal = *admission.refusal;
  ASSERT_TRUE(refusal.used + refusal.held + refusal.reserved + refusal.asked >
              refusal.limit)
      << DescribeRefusal(refusal);
}

void QuotaSimulation::Compare(QuotaBooks* books) {
  Admitter admitter = books->AdmitterAt(now_us_);
  const auto all = books->index.All();
  ASSERT_THAT(all, IsOk());
  ASSERT_EQ(all->size(), naive_.quotas.size());
  for (const StoredQuota* const stored : *all) {
    for (const NaiveQuota& quota : naive_.quotas) {
      if (!(quota.scope == stored->scope)) continue;
      const auto describe = [&quota] {
        return "quota of " + quota.scope.tenant + " on " + quota.scope.pool +
               " " + std::string(QuotaPeriodName(quota.scope.period));
      };
      const auto standing = admitter.StandingOf(*stored);
      ASSERT_THAT(standing, IsOk()) << describe();
      const auto same = [](FineTime books_have, Int128 naive_has) {
        return books_have.count() == naive_has;
      };
      ASSERT_TRUE(same(standing->used, naive_.Used(quota, now_us_)))
          << describe();
      ASSERT_TRUE(same(standing->held, naive_.Held(quota, now_us_)))
          << describe();
      ASSERT_TRUE(same(standing->reserved, naive_.Reserved(quota, now_us_)))
          << describe();
    }
  }
}

void QuotaSimulation::CompareStored() {
  const auto books = store_->BeginRead();
  ASSERT_THAT(books, IsOk());
  const auto hold_us = HoldTime(books->get(), clock_.reading());
  ASSERT_THAT(hold_us, IsOk());
  ASSERT_EQ(*hold_us, clock_.HoldTime());
  QuotaBooks quotas(books->get(), header_.bucket_us, NamesOf(books->get()));
  Compare(&quotas);
}

void QuotaSimulation::CompareUsage(ReadTransaction* books) {
  UsageQuery query;
  query.by = {UsageDimension::kTenant};
  query.to_us = FloorTo(now_us_, kHour);
  query.from_us = *query.to_us - random_.Between(1, 200) * kHour;
  query.at_us = now_us_;
  const auto answer = AnswerUsage(books, header_.bucket_us, {}, query);
  ASSERT_THAT(answer, IsOk());
  std::map<std::string, Int128> rows;
  for (const UsageRow& row : answer->rows) {
    rows[row.group.front()] = row.gpu_time.count();
  }
  ASSERT_TRUE(rows == naive_.Usage(*query.from_us, *query.to_us));
}

// Against the journal, and what is held against what rebuilding makes of it.
void QuotaSimulation::Verify() {
  const auto books = store_->BeginRead();
  ASSERT_THAT(books, IsOk());
  const auto report = VerifyBooks(books->get(), header_, now_us_);
  ASSERT_THAT(report, IsOk());
  ASSERT_TRUE(report->ok) << report->findings.front();
  CompareUsage(books->get());
  const std::unique_ptr<Store> rebuilt = NewMemoryStore();
  ASSERT_THAT(Rebuild(books->get(), header_, rebuilt.get()), IsOk());
  const auto again = rebuilt->BeginRead();
  ASSERT_THAT(again, IsOk());
  QuotaBooks quotas(again->get(), header_.bucket_us, NamesOf(again->get()));
  Compare(&quotas);
}

}  // namespace drawdown
