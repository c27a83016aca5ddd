// What concurrent calls on quotas answered, and whether any order of them
// explains it: a history of single calls, each with the instants at which it
// was asked for and answered.
//
// Looking for an order among thousands of overlapping calls is hopeless, so the
// history is reduced to two claims, each of which follows from there being one.
//
// Never over. Take the calls that are certain at an instant: admitted and
// answered by it, and neither ended nor over by any clock that may have been.
// One of them came last; when it did, the others had been admitted and not
// ended, so all of them together fit the limit then. It came after each had
// been asked for and before all were answered, so they fit the highest limit
// that may have been in force between the last question and the last answer.
//
// Never refused falsely. A call was refused at an instant at which it did not
// fit. So between its question and its answer there is an instant at which it,
// with everything that may have been there, is more than a limit that may have
// been in force.
//
// A slice below a quota keeps something for its tenants, used or not: what
// counts of them there is what they have, or that, whichever is more. It grows
// with what they have, so both claims hold of it as of a sum, as long as the
// limits of both stay. And what a slice keeps is theirs: of calls that it keeps
// room for itself the quota above refuses none.
#ifndef DRAWDOWN_TESTS_SUPPORT_QUOTA_HISTORY_H_
#define DRAWDOWN_TESTS_SUPPORT_QUOTA_HISTORY_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace drawdown {

// Counts up over all processes: a call asked for after another was answered has
// greater numbers.
struct CallSpan {
  uint64_t asked = 0;
  uint64_t answered = 0;
};

// Usage or a hold that a quota admitted, or refused. What a renewal adds is a
// hold of its own that ends with the other; a run without GPU time to hold, and
// what it grows by, are holds of GPUs that a stop ends.
struct AskedCall {
  CallSpan span;
  int tenant = 0;
  int64_t amount = 0;
  bool admitted = false;
  bool hold = false;
  // Of a batch that was refused: what was asked for beside it, all or nothing.
  // One that was admitted is a call each.
  int64_t beside = 0;
  int beside_tenant = 0;
  // Of a hold: how it ended, `asked` 0 when it did not; and what it had used
  // then, booked whatever the quotas say.
  CallSpan end;
  int64_t settled = 0;
  int64_t ttl_us = 0;
  // At once, of a hold, and of what was asked for beside it.
  int64_t gpus = 0;
  int64_t beside_gpus = 0;
};
struct LimitCall {
  CallSpan span;
  int quota = 0;
  int64_t limit = 0;
};
struct ClockCall {
  CallSpan span;
  int64_t to_us = 0;
};

// A limit on what counts in this bucket and those before it, `buckets` in all.
struct HistoryQuota {
  uint32_t tenants = 0;  // a bit each
  int64_t buckets = 1;
  int64_t limit = 0;  // at first
  bool gpus = false;  // a limit on GPUs at once instead: nothing counts later
  // A slice below it, if there is one: whose, and what it keeps for them.
  uint32_t kept_for = 0;
  int64_t kept = 0;
};

// What counts under a quota, for a slice below it and for others.
struct HistorySum {
  int64_t others = 0;
  int64_t kept_for = 0;
};

struct QuotaHistory {
  int64_t bucket_us = 0;
  int64_t start_us = 0;
  std::vector<HistoryQuota> quotas;
  std::vector<AskedCall> calls;
  // One after the other, each of them.
  std::vector<LimitCall> limits;
  std::vector<ClockCall> clock;
};

class HistoryChecker {
 public:
  explicit HistoryChecker(const QuotaHistory& history) : history_(history) {
    for (const AskedCall& call : history.calls) {
      times_.push_back({Bounds(call.span), Bounds(call.end)});
    }
  }

  // What no order of the calls explains; empty when there may be one.
  std::vector<std::string> Check() {
    for (size_t i = 0; i < history_.calls.size(); ++i) {
      if (history_.calls[i].admitted) {
        CheckFits(i);
      } else {
        CheckRefusal(history_.calls[i]);
      }
    }
    return findings_;
  }

 private:
  // The clock over a span: no earlier than, no later than.
  struct ClockBounds {
    int64_t from_us = 0;
    int64_t to_us = 0;
  };
  struct Times {
    ClockBounds call;
    ClockBounds end;
  };
  struct Limits {
    int64_t lowest = 0;
    int64_t highest = 0;
  };

  bool Covers(size_t quota, int tenant) const {
    return history_.quotas[quota].tenants >> tenant & 1;
  }
  bool Covers(size_t quota, const AskedCall& call) const {
    return Covers(quota, call.tenant);
  }
  void Add(size_t quota, int tenant, int64_t amount, HistorySum* sum) const {
    const bool kept = history_.quotas[quota].kept_for >> tenant & 1;
    (kept ? sum->kept_for : sum->others) += amount;
  }
  int64_t Counts(size_t quota, const HistorySum& sum) const {
    return sum.others + std::max(sum.kept_for, history_.quotas[quota].kept);
  }
  bool CountsGpus(size_t quota) const { return history_.quotas[quota].gpus; }
  HistorySum AskedOf(size_t quota, const AskedCall& call) const {
    const bool gpus = CountsGpus(quota);
    HistorySum sum;
    if (Covers(quota, call)) {
      Add(quota, call.tenant, gpus ? call.gpus : call.amount, &sum);
    }
    if (Covers(quota, call.beside_tenant)) {
      Add(quota, call.beside_tenant, gpus ? call.beside_gpus : call.beside,
          &sum);
    }
    return sum;
  }
  int64_t Bucket(int64_t us) const { return us / history_.bucket_us; }
  ClockBounds Bounds(const CallSpan& span) const {
    ClockBounds bounds = {history_.start_us, history_.start_us};
    for (const ClockCall& call : history_.clock) {
      if (call.span.answered < span.asked) bounds.from_us = call.to_us;
      if (call.span.asked < span.answered) bounds.to_us = call.to_us;
    }
    return bounds;
  }
  Limits LimitsWithin(size_t quota, const CallSpan& span) const {
    const int64_t first = history_.quotas[quota].limit;
    Limits limits = {first, first};
    for (const LimitCall& call : history_.limits) {
      if (call.quota != static_cast<int>(quota)) continue;
      if (call.span.asked > span.answered) break;
      if (call.span.answered < span.asked) {
        limits = {call.limit, call.limit};
      } else {
        limits.lowest = std::min(limits.lowest, call.limit);
        limits.highest = std::max(limits.highest, call.limit);
      }
    }
    return limits;
  }

  // What is certain of an admitted call at `at`, in a window that begins with
  // `first` or before, by any clock up to `now_us`.
  int64_t CertainOf(size_t quota, size_t index, uint64_t at, int64_t first,
                    int64_t now_us) const {
    const AskedCall& call = history_.calls[index];
    const Times& times = times_[index];
    if (!call.admitted || call.span.answered > at) return 0;
    if (!call.hold) {
      const bool counts =
          !CountsGpus(quota) && Bucket(times.call.from_us) >= first;
      return counts ? call.amount : 0;
    }
    if (now_us >= times.call.from_us + call.ttl_us) return 0;
    const bool gpus = CountsGpus(quota);
    if (call.end.asked == 0 || call.end.asked > at) {
      return gpus ? call.gpus : call.amount;
    }
    if (gpus) return 0;
    return Bucket(times.end.from_us) >= first
               ? std::min(call.amount, call.settled)
               : 0;
  }

  void CheckFits(size_t index) {
    const AskedCall& last = history_.calls[index];
    const uint64_t at = last.span.answered;
    const int64_t now_us = times_[index].call.to_us;
    for (size_t quota = 0; quota < history_.quotas.size(); ++quota) {
      if (!Covers(quota, last)) continue;
      const int64_t first = Bucket(now_us) - history_.quotas[quota].buckets + 1;
      HistorySum sum;
      CallSpan span = {0, at};
      for (size_t i = 0; i < history_.calls.size(); ++i) {
        if (!Covers(quota, history_.calls[i])) continue;
        const int64_t certain = CertainOf(quota, i, at, first, now_us);
        if (certain == 0) continue;
        Add(quota, history_.calls[i].tenant, certain, &sum);
        span.asked = std::max(span.asked, history_.calls[i].span.asked);
      }
      const int64_t limit = LimitsWithin(quota, span).highest;
      if (Counts(quota, sum) <= limit) continue;
      Find("over: quota " + std::to_string(quota) + " had admitted " +
           std::to_string(sum.others) + " + " + std::to_string(sum.kept_for) +
           " (kept: " + std::to_string(history_.quotas[quota].kept) +
           ") of at most " + std::to_string(limit) + " when the " +
           Describe(last) + " was answered");
    }
  }

  // The most that a call can be at any instant of the span.
  int64_t PossibleOf(size_t quota, size_t index, const CallSpan& span,
                     int64_t first) const {
    const AskedCall& call = history_.calls[index];
    const Times& times = times_[index];
    if (!call.admitted || call.span.asked > span.answered) return 0;
    if (!call.hold) {
      const bool counts =
          !CountsGpus(quota) && Bucket(times.call.to_us) >= first;
      return counts ? call.amount : 0;
    }
    const bool ended = call.end.asked != 0 && call.end.answered < span.asked;
    const bool expired = Bounds(span).from_us >= times.call.to_us + call.ttl_us;
    if (CountsGpus(quota)) return ended || expired ? 0 : call.gpus;
    int64_t most = ended || expired ? 0 : call.amount;
    if (call.end.asked != 0 && call.end.asked < span.answered &&
        Bucket(times.end.to_us) >= first) {
      most = std::max(most, call.settled);
    }
    return most;
  }

  bool MayNotFit(size_t quota, const AskedCall& refused,
                 const CallSpan& instant) const {
    const int64_t first =
        Bucket(Bounds(instant).from_us) - history_.quotas[quota].buckets + 1;
    const int64_t limit = LimitsWithin(quota, instant).lowest;
    const HistorySum asked = AskedOf(quota, refused);
    if (asked.others + asked.kept_for == 0) return false;
    HistorySum sum = asked;
    for (size_t i = 0; i < history_.calls.size(); ++i) {
      const int tenant = history_.calls[i].tenant;
      if (!Covers(quota, tenant)) continue;
      Add(quota, tenant, PossibleOf(quota, i, instant, first), &sum);
    }
    const bool within =
        asked.others == 0 && sum.kept_for <= history_.quotas[quota].kept;
    return !within && Counts(quota, sum) > limit;
  }

  // An instant between two neighbouring events is as good as any between them.
  void CheckRefusal(const AskedCall& refused) {
    std::vector<uint64_t> edges = {refused.span.asked, refused.span.answered};
    const auto add = [&](const CallSpan& span) {
      for (const uint64_t at : {span.asked, span.answered}) {
        if (at > refused.span.asked && at < refused.span.answered) {
          edges.push_back(at);
        }
      }
    };
    for (const AskedCall& call : history_.calls) {
      add(call.span);
      add(call.end);
    }
    for (const LimitCall& call : history_.limits) add(call.span);
    for (const ClockCall& call : history_.clock) add(call.span);
    std::sort(edges.begin(), edges.end());
    for (size_t i = 0; i + 1 < edges.size(); ++i) {
      const CallSpan instant = {edges[i], edges[i + 1]};
      for (size_t quota = 0; quota < history_.quotas.size(); ++quota) {
        if (MayNotFit(quota, refused, instant)) return;
      }
    }
    Find("false: the " + Describe(refused) +
         " was refused and fit at every instant");
  }

  static std::string Describe(const AskedCall& call) {
    return std::string(call.hold ? "hold" : "usage") + " of " +
           std::to_string(call.amount) + " and " + std::to_string(call.gpus) +
           " micro-GPUs for tenant " + std::to_string(call.tenant) +
           (call.beside == 0
                ? std::string()
                : " beside " + std::to_string(call.beside) + " for tenant " +
                      std::to_string(call.beside_tenant)) +
           " [" + std::to_string(call.span.asked) + ", " +
           std::to_string(call.span.answered) + "]";
  }
  void Find(std::string finding) {
    if (findings_.size() < 5) findings_.push_back(std::move(finding));
  }

  const QuotaHistory& history_;
  std::vector<Times> times_;  // by call
  std::vector<std::string> findings_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_QUOTA_HISTORY_H_
