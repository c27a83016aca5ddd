// What may still change where an invoice of the period is not issued yet.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

// Two hours metered; invoices A and C are issued, B is not, nor is another
// company's A.
Scenario WithInvoices() {
  Scenario setup = MeteredHours(2);
  const auto add = [&](const char* id, InvoiceStatus status) {
    InvoiceLine& line = setup.tables.invoice_lines.emplace_back();
    line.invoice_issuer = "Amazon Web Services";
    line.invoice_id = id;
    line.currency = Code("USD");
    line.status = status;
  };
  add("A", InvoiceStatus::kIssued);
  add("B", InvoiceStatus::kOpen);
  add("C", InvoiceStatus::kIssued);
  add("A", InvoiceStatus::kOpen);
  setup.tables.invoice_lines.back().invoice_issuer = "Reseller";
  return setup;
}

TestRow OnInvoice(std::string invoice, TestRow row) {
  row.invoice = std::move(invoice);
  return row;
}

TestRow Hour(int hour, std::string invoice) {
  return OnInvoice(std::move(invoice),
                   OnDemandRow(hour, hour + 1, "2", "32.80"));
}

TestRow Storage(std::string invoice) {
  TestRow row = OnDemandRow(0, 1, "5", "5.00");
  row.service = "Object storage";
  row.sku = row.sku_price = "S3-STANDARD";
  row.unit = "GB-Mo";
  return OnInvoice(std::move(invoice), row);
}

// Whether the one item of a class is pending.
bool IsPending(const std::vector<TestRow>& rows, BreakClass kind) {
  const auto items = ItemsOf(Reconcile(WithInvoices(), rows), kind);
  EXPECT_EQ(items.size(), 1u);
  return items.size() == 1 && items[0].pending;
}

TEST(OpenInvoicesTest, CopiesOfWhatIsNotComparedAreOfTheirInvoice) {
  const auto copies = [](const char* invoice, const char* other) {
    const TestRow row = Storage(invoice);
    return IsPending({Hour(0, "A"), Hour(1, other), row, row},
                     BreakClass::kDuplicateCharge);
  };
  EXPECT_FALSE(copies("A", "B"));
  EXPECT_TRUE(copies("B", "B"));
  // Of an open invoice that nothing compared is on.
  EXPECT_TRUE(copies("B", "A"));
  // What names no invoice may be on the one that is open.
  EXPECT_TRUE(copies("", "B"));
  EXPECT_FALSE(copies("", "A"));
}

TEST(OpenInvoicesTest, RowsOfTwoInvoicesThatAreIssuedAreFinal) {
  const auto much = [](const char* first, const char* second) {
    TestRow more = Hour(0, second);
    more.resource = "i-2";
    return IsPending({Hour(0, first), more, Hour(1, "B")},
                     BreakClass::kQuantityBreak);
  };
  EXPECT_FALSE(much("A", "A"));
  EXPECT_FALSE(much("A", "C"));
  EXPECT_TRUE(much("A", "B"));
  EXPECT_TRUE(much("A", ""));
}

// Each issuer numbers its own.
TEST(OpenInvoicesTest, AnInvoiceIsOfItsIssuer) {
  const auto issued_by = [](const char* issuer) {
    TestRow more = Hour(0, "A");
    more.resource = "i-2";
    more.issuer = issuer;
    return IsPending({Hour(0, "A"), more, Hour(1, "B")},
                     BreakClass::kQuantityBreak);
  };
  EXPECT_FALSE(issued_by("AMAZON WEB SERVICES"));
  EXPECT_TRUE(issued_by("RESELLER"));
}

// Of more invoices than are kept of a group any may be the open one.
TEST(OpenInvoicesTest, OfManyInvoicesOneMayBeOpen) {
  std::vector<TestRow> rows = {Hour(1, "B")};
  for (int i = 0; i < 5; ++i) {
    rows.push_back(
        OnInvoice("C" + std::to_string(i), OnDemandRow(0, 1, "3", "49.20")));
    rows.back().resource = "i-" + std::to_string(i);
    EXPECT_EQ(i == 4, IsPending(rows, BreakClass::kQuantityBreak));
  }
}

}  // namespace
}  // namespace drawdown::testing
