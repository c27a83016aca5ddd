#include "month.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "drawdown/ledger.h"

namespace drawdown {
namespace {

constexpr size_t kRunsPerImport = 65'536;
constexpr char kPeriodStart[] = "2026-10-01T00:00:00Z";
constexpr char kPeriodEnd[] = "2026-11-01T00:00:00Z";

// Cents of a GPU-hour.
int PriceOf(int pool) { return 240 + 25 * pool; }

std::string Cents(int64_t cents) {
  char text[32];
  std::snprintf(text, sizeof text, "%" PRId64 ".%02d", cents / 100,
                static_cast<int>(cents % 100));
  return text;
}

std::string HourText(int hour) {
  char text[32];
  std::snprintf(text, sizeof text, "2026-%02d-%02dT%02d:00:00Z",
                hour == kHours ? 11 : 10, hour == kHours ? 1 : 1 + hour / 24,
                hour % 24);
  return text;
}

std::string Region(int pool) { return absl::StrCat("region-", pool % 4); }
std::string Sku(int pool) {
  return absl::StrCat("gpu8.type", pool, ".48xlarge");
}
std::string Commitment(int pool) { return absl::StrCat("reserved-", pool); }

size_t MachinesOf(int pool, const MonthSize& size) {
  return (size.machines + kPools - 1 - static_cast<size_t>(pool)) / kPools;
}

std::vector<Machine> Machines(const MonthSize& size) {
  std::vector<Machine> machines;
  for (size_t i = 0; i < size.machines; ++i) machines.emplace_back(i, size);
  return machines;
}

class OutputFile {
 public:
  explicit OutputFile(const std::string& path)
      : file_(std::fopen(path.c_str(), "w")), path_(path) {
    if (file_ == nullptr) Fail();
  }
  ~OutputFile() { Close(); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  void Write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) Fail();
  }
  void Close() {
    if (file_ != nullptr && std::fclose(file_) != 0) Fail();
    file_ = nullptr;
  }

 private:
  [[noreturn]] void Fail() {
    std::perror(path_.c_str());
    std::exit(1);
  }
  std::FILE* file_;
  std::string path_;
};

constexpr std::string_view kHeader =
    "AvailabilityZone,BilledCost,BillingAccountId,BillingAccountName,"
    "BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,"
    "ChargeClass,ChargeDescription,ChargeFrequency,ChargePeriodEnd,"
    "ChargePeriodStart,CommitmentDiscountId,CommitmentDiscountStatus,"
    "ConsumedQuantity,ConsumedUnit,ContractedCost,ContractedUnitPrice,"
    "EffectiveCost,InvoiceId,InvoiceIssuerName,ListCost,ListUnitPrice,"
    "PricingCategory,PricingQuantity,PricingUnit,ProviderName,PublisherName,"
    "RegionId,RegionName,ResourceId,ResourceName,ResourceType,ServiceCategory,"
    "ServiceName,ServiceSubcategory,SkuId,SkuMeter,SkuPriceDetails,SkuPriceId,"
    "SubAccountId,SubAccountName,SubAccountType,Tags\n";

class BillWriter {
 public:
  BillWriter(const MonthSize& size, const std::string& path)
      : size_(size), file_(path) {
    file_.Write(kHeader);
  }

  uint64_t Write() {
    std::vector<Machine> machines = Machines(size_);
    for (int hour = 0; hour < kHours; ++hour) {
      const std::vector<std::string> copies = std::move(copies_);
      copies_.clear();
      for (size_t i = 0; i < machines.size(); ++i) {
        machines[i].AdvanceTo(hour);
        WriteUsage(i, machines[i].tenant(), hour);
      }
      for (const std::string& copy : copies) Put(copy);
    }
    for (const std::string& copy : copies_) Put(copy);
    for (int pool = 0; pool < kReservedPools; ++pool) WritePurchase(pool);
    file_.Close();
    return rows_;
  }

 private:
  void Put(std::string_view row) {
    file_.Write(row);
    ++rows_;
  }

  void WriteUsage(size_t machine, size_t tenant, int hour) {
    const int pool = static_cast<int>(machine % kPools);
    const int64_t price = PriceOf(pool) * kGpusPerMachine;
    int64_t quantity = 100;  // hundredths of an hour
    int64_t cost = price;
    const int64_t lot = errors_.Below(2'000);
    if (lot == 0) return;
    if (lot == 2) {
      quantity = 125;
      cost = price + price / 4;
    }
    if (lot == 3) cost += price / 20;
    const bool reserved = pool < kReservedPools;
    const std::string row =
        UsageRow(machine, tenant, hour, pool, quantity, cost, reserved);
    Put(row);
    if (lot == 1 && !reserved) copies_.push_back(row);
  }

  std::string UsageRow(size_t machine, size_t tenant, int hour, int pool,
                       int64_t quantity, int64_t cost, bool reserved) const {
    const std::string region = Region(pool);
    const std::string unit_price = Cents(PriceOf(pool) * kGpusPerMachine);
    const std::string text = Cents(cost);
    const std::string hours = Cents(quantity);
    const std::string list =
        Cents(PriceOf(pool) * kGpusPerMachine * quantity / 100);
    const std::string id = absl::StrCat("i-0", 4'000'000'000'000 + machine);
    const std::string account = absl::StrCat(400'000'000'000 + tenant);
    return absl::StrCat(
        absl::StrCat(region, "a,", reserved ? "0.00" : text,
                     ",900000000001,Example Corporation,USD,", kPeriodEnd, ",",
                     kPeriodStart, ",Usage,,$", unit_price, " per hour of ",
                     Sku(pool), " in ", region, ",Usage-Based,",
                     HourText(hour + 1), ",", HourText(hour), ","),
        absl::StrCat(reserved ? Commitment(pool) : "", ",",
                     reserved ? "Used" : "", ",", hours, ",Hours,", text, ",",
                     unit_price, ",", text, ",2026100042,Example Cloud,", list,
                     ",", unit_price, ",", reserved ? "Committed" : "Standard",
                     ",", hours, ",Hours,Example Cloud,Example Cloud,"),
        absl::StrCat(region, ",Region ", pool % 4, ",arn:ex:compute:", region,
                     ":", account, ":instance/", id, ",node-", machine,
                     ",Instance,Compute,Elastic Compute,Virtual Machines,",
                     Sku(pool), ",InstanceHours,\"{\"\"InstanceType\"\":\"\"",
                     Sku(pool), "\"\",\"\"GpuCount\"\":", kGpusPerMachine,
                     "}\",", Sku(pool), ".hour,", account, ",team-", tenant),
        absl::StrCat(",Account,\"{\"\"tenant\"\":\"\"", TenantName(tenant),
                     "\"\",\"\"cost-center\"\":\"\"cc-", tenant % 37,
                     "\"\",\"\"env\"\":\"\"production\"\"}\"\n"));
  }

  void WritePurchase(int pool) {
    const auto hours = static_cast<int64_t>(MachinesOf(pool, size_)) * kHours;
    const std::string cost = Cents(hours * PriceOf(pool) * kGpusPerMachine);
    const std::string price = Cents(PriceOf(pool) * kGpusPerMachine);
    const std::string region = Region(pool);
    Put(absl::StrCat(
        absl::StrCat(",", cost, ",900000000001,Example Corporation,USD,",
                     kPeriodEnd, ",", kPeriodStart,
                     ",Purchase,,Monthly fee,Recurring,", kPeriodEnd, ",",
                     kPeriodStart, ",", Commitment(pool), ",,,,", cost, ",",
                     price, ",0,2026100042,Example Cloud,", cost, ",", price),
        absl::StrCat(",Standard,", hours, ",Hours,Example Cloud,Example Cloud,",
                     region, ",Region ", pool % 4, ",", Commitment(pool),
                     ",,Reservation,Compute,"
                     "Elastic Compute,Virtual Machines,",
                     Sku(pool), ",,,", Sku(pool), ".fee,,,,\n")));
  }

  MonthSize size_;
  OutputFile file_;
  Random errors_{500};
  std::vector<std::string> copies_;  // come an hour later
  uint64_t rows_ = 0;
};

}  // namespace

std::string PoolName(int pool) {
  return absl::StrCat("example/", Region(pool), "/type", pool);
}

std::string TenantName(size_t tenant) {
  return absl::StrCat("corp/unit", tenant % 8, "/team", tenant);
}

std::string MonthContract(const MonthSize& size) {
  std::string text = absl::StrCat(
      "id: \"month\"\nprovider: \"example\"\n"
      "provider_alias: \"Example Cloud\"\ncurrency: \"USD\"\n"
      "term { start: \"2026-01-01T00:00:00Z\" end: \"2027-01-01T00:00:00Z\" }\n"
      "calendar { time_zone: \"UTC\" }\ngrace: \"72h\"\n");
  for (int pool = 0; pool < kPools; ++pool) {
    absl::StrAppend(
        &text, "pool { name: \"", PoolName(pool), "\" sku: \"", Sku(pool),
        "\" region: \"", Region(pool), "\" gpus_per_unit: ", kGpusPerMachine,
        " }\nrate { pool: \"", PoolName(pool), "\" price: \"",
        Cents(PriceOf(pool)), "\" from: \"2026-01-01T00:00:00Z\" }\n");
  }
  for (int pool = 0; pool < kReservedPools; ++pool) {
    absl::StrAppend(&text, "commitment { id: \"", Commitment(pool),
                    "\" category: USAGE model: CONTINUOUS interval: HOURLY\n"
                    "  applies { dimension: \"pool\" operator: IN value: \"",
                    PoolName(pool),
                    "\" }\n  step { from: \"2026-01-01T00:00:00Z\" "
                    "quantity: \"",
                    MachinesOf(pool, size) * kGpusPerMachine,
                    "\" }\n  price: \"", Cents(PriceOf(pool)),
                    "\" shortfall { policy: "
                    "TAKE_OR_PAY price: \"",
                    Cents(PriceOf(pool)), "\" } }\n");
  }
  return text;
}

void WriteLedger(const MonthSize& size, const std::string& directory) {
  OpenOptions options;
  options.create_if_missing = true;
  auto ledger = Ledger::Open(directory, options);
  Expect(ledger.status());
  Expect((*ledger)
             ->ApplyContracts({{"month.textproto", MonthContract(size)}})
             .status());
  std::vector<RunRow> runs;
  const auto flush = [&] {
    Expect((*ledger)->ImportRuns(runs).status());
    runs.clear();
  };
  std::vector<Machine> machines = Machines(size);
  // Day by day, so that events come about in order of time.
  for (int day_end = 24; day_end <= kHours + 15; day_end += 24) {
    for (size_t i = 0; i < machines.size(); ++i) {
      Machine& machine = machines[i];
      for (; machine.start() < std::min(day_end, kHours); machine.Next()) {
        RunRow run;
        run.key.run_id = absl::StrCat("job-", i, "-", machine.start());
        run.tenant = TenantName(machine.tenant());
        run.pool = PoolName(static_cast<int>(i % kPools));
        run.micro_gpus = kGpusPerMachine * kMicroGpusPerGpu;
        run.start_us = (kFirstHour + machine.start()) * kMicrosPerHour;
        run.end_us =
            (kFirstHour + std::min(machine.end(), kHours)) * kMicrosPerHour;
        run.state = "COMPLETED";
        runs.push_back(std::move(run));
        if (runs.size() == kRunsPerImport) flush();
      }
    }
  }
  flush();
}

void WriteUsageCsv(const MonthSize& size, const std::string& path) {
  OutputFile file(path);
  file.Write("tenant,pool,hour,gpu_hours\n");
  std::vector<Machine> machines = Machines(size);
  std::vector<int64_t> cells(size.tenants * kPools);
  for (int hour = 0; hour < kHours; ++hour) {
    std::fill(cells.begin(), cells.end(), 0);
    for (size_t i = 0; i < machines.size(); ++i) {
      machines[i].AdvanceTo(hour);
      cells[machines[i].tenant() * kPools + i % kPools] += kGpusPerMachine;
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i] == 0) continue;
      file.Write(absl::StrCat(TenantName(i / kPools), ",",
                              PoolName(static_cast<int>(i % kPools)), ",",
                              HourText(hour), ",", cells[i], "\n"));
    }
  }
  file.Close();
}

uint64_t WriteBill(const MonthSize& size, const std::string& path) {
  return BillWriter(size, path).Write();
}

}  // namespace drawdown
