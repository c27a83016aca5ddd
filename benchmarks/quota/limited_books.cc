#include "limited_books.h"

#include <chrono>
#include <filesystem>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/uuid.h"
#include "ledger/posting.h"
#include "ledger/records.h"
#include "measure.h"
#include "settle/drain.h"
#include "store/lmdb_store.h"

namespace drawdown {
namespace {

constexpr uint32_t kHighest = 1;
constexpr uint32_t kTeams = 16;
constexpr int64_t kPlentyUs = int64_t{1} << 60;

template <typename T>
T Must(absl::StatusOr<T> result) {
  Expect(result.status());
  return *std::move(result);
}

uint32_t TeamOf(uint32_t tenant) { return kHighest + 1 + tenant % kTeams; }
uint32_t QuotaOf(uint32_t tenant) { return kHighest + kTeams + 1 + tenant; }

int64_t WallUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

// An empty ledger with an epoch word, as Ledger::Open and a first drain make
// it; its uuid.
std::string MakeBooks(const std::string& path) {
  Header header;
  header.uuid = FormatUuid(NewUuid());
  header.boot_id = Must(BootId());
  header.lmdb_version = LmdbVersion();
  Expect(CreateLmdbStore(path, kHeaderKey, EncodeHeader(header), {}));
  std::filesystem::create_directory(path + "/live");
  const auto store = Must(OpenLmdbStore(path, {}));
  const auto posting =
      Must(Posting::Begin(Must(store->BeginWrite()), header, WallUs()));
  LiveDirectory live(std::filesystem::canonical(path) / "live",
                     *ParseUuid(header.uuid), header.boot_id);
  Must(PrepareDrain(posting.get(), &live, header.bucket_us, WallUs()));
  Must(posting->Commit());
  return header.uuid;
}

// Nothing is drained, so the books have no usage.
class LimitedBooks::Rules : public BudgetBooks {
 public:
  explicit Rules(size_t meters) : meters_(static_cast<uint32_t>(meters)) {}

  absl::StatusOr<std::vector<PublishedBudget>> Published(
      ReadTransaction*, std::span<const uint32_t>) override {
    const int64_t now_us = WallUs();
    std::vector<PublishedBudget> all;
    const auto add = [&](uint32_t quota, uint32_t above, int64_t available) {
      PublishedBudget& one = all.emplace_back();
      one.quota = quota;
      one.above = above;
      one.available_us = available;
      one.at_us = now_us;
      one.valid_until_us = std::numeric_limits<int64_t>::max();
    };
    add(kHighest, 0, available_us);
    for (uint32_t i = 0; i < kTeams; ++i) add(TeamOf(i), kHighest, kPlentyUs);
    for (uint32_t i = 0; i < meters_; ++i) {
      add(QuotaOf(i), TeamOf(i), kPlentyUs);
    }
    return all;
  }
  absl::StatusOr<std::vector<uint32_t>> Lowest(ReadTransaction*,
                                               const MeterIds& ids) override {
    return std::vector<uint32_t>{QuotaOf(ids.tenant % meters_)};
  }

  int64_t available_us = kPlentyUs;

 private:
  const uint32_t meters_;
};

LimitedBooks::LimitedBooks(const std::string& folder, size_t meters)
    : path_(folder + "/quota-benchmark.books") {
  FreshDirectory(path_);
  const std::string uuid = MakeBooks(path_);
  store_ = Must(OpenLmdbStore(path_, {}));
  const std::string live = std::filesystem::canonical(path_) / "live";
  live_ =
      std::make_unique<LiveDirectory>(live, *ParseUuid(uuid), Must(BootId()));
  const auto epoch = Must(live_->OpenEpoch());
  auto rules = std::make_unique<Rules>(meters);
  rules_ = rules.get();
  BudgetHooks hooks;
  hooks.now_us = WallUs;
  hooks.snapshot = [this] { return store_->BeginRead(); };
  hooks.drain = [](Deadline) { return absl::OkStatus(); };
  hooks.with_writer_lock =
      [this](Deadline, const BudgetHooks::Work& work) -> absl::Status {
    auto transaction = store_->BeginWrite();
    return transaction.ok() ? work(transaction->get()) : transaction.status();
  };
  keeper_ =
      Must(BudgetKeeper::Open(live_.get(), epoch, std::move(rules), hooks,
                              {std::chrono::seconds(10), kMicrosPerHour}));
  const LanesPlace place = {live_->path(), live_->ledger()};
  Expect(AttachAdmission(place, epoch, WallUs(), keeper_));
  std::vector<MeterIds> ids;
  for (uint32_t i = 0; i < meters; ++i) ids.push_back({i, 0});
  meters_ = Must(BindMeters(place, epoch, 0, ids));
  Freshen();
}

LimitedBooks::~LimitedBooks() {
  DetachAdmission(keeper_.get());
  keeper_->Stop();
  store_ = nullptr;
  std::filesystem::remove_all(path_);
}

void LimitedBooks::Freshen() {
  keeper_->SetTorn();
  const auto transaction = Must(store_->BeginWrite());
  Expect(keeper_->Freshen(transaction.get(), WallUs()));
}

// As a commit does that changes what is left: quotas stay what they were.
void LimitedBooks::SetRoom(int64_t gpu_us) {
  Expect(keeper_->Recall(kHighest));
  rules_->available_us += gpu_us - Room();
  const auto transaction = Must(store_->BeginWrite());
  BudgetChange change = Must(keeper_->Begin(transaction.get(), WallUs()));
  change.Touch(kHighest);
  Expect(change.Finish(transaction.get(), WallUs()));
}

void LimitedBooks::SetPlenty() { SetRoom(kPlentyUs / 2); }

int64_t LimitedBooks::Room() const {
  return Must(keeper_->Room(kHighest, WallUs()));
}

}  // namespace drawdown
