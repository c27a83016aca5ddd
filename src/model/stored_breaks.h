// What a BreakList is made of.
#ifndef DRAWDOWN_SRC_MODEL_STORED_BREAKS_H_
#define DRAWDOWN_SRC_MODEL_STORED_BREAKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "drawdown/reconcile.h"

namespace drawdown {

// What one tenant's part of an item does not share with the others. A month has
// one for each tenant, pool and hour.
struct TenantPart {
  uint32_t tenant = 0;  // index into StoredBreaks::tenants
  BreakClass kind = BreakClass::kMatched;
  bool pending = false;
  bool differs = false;  // from the meter: the reason says how
  uint64_t rows = 0;
  GpuTime billed;
  GpuTime metered;
  MoneyAmount billed_cost;
  MoneyAmount expected_cost;

  // Makes those of its whole, or of another part of it, its own.
  void SetIn(BreakFigures* figures) const {
    figures->kind = kind;
    figures->pending = pending;
    figures->rows = rows;
    figures->billed = billed;
    figures->metered = metered;
    figures->billed_cost = billed_cost;
    figures->expected_cost = expected_cost;
    figures->difference = billed_cost - expected_cost;
  }
};

struct SplitBreak {
  Break whole;                    // what the parts share, else of no meaning
  std::vector<TenantPart> parts;  // by tenant
  std::string remark = {};        // ends the reason of each part
};

struct StoredBreaks {
  // Of an item: in `wholes`, or among the parts of a split one.
  struct Place {
    uint32_t split = kWhole;
    uint32_t item = 0;
  };
  static constexpr uint32_t kWhole = 0xffffffff;

  std::vector<Break> wholes;
  std::vector<SplitBreak> splits;
  std::vector<Place> order;
  std::vector<uint32_t> breaks;      // of it, the places of what is not clean
  std::vector<std::string> tenants;  // sorted
  std::string tenant_tag;            // that rows name them by

  // The item itself, into the memory that `item` has.
  void Get(Place place, Break* item) const;
  BreakFigures FiguresOf(Place place) const;

  // Fills `breaks`. Call once the order and all classes are there.
  void FindBreaks();

  // Calls `visit` with each item's figures as they lie in memory, which is
  // several times as quick as by their order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Break& item : wholes) visit(item);
    for (const SplitBreak& split : splits) {
      BreakFigures figures = split.whole;
      for (const TenantPart& part : split.parts) {
        part.SetIn(&figures);
        visit(figures);
      }
    }
  }
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_MODEL_STORED_BREAKS_H_
