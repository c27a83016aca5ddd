#include "bill/bill_time.h"

#include <string>

#include "base/error.h"
#include "drawdown/units.h"

namespace drawdown {
namespace {

constexpr std::string_view kDate = "dddd-dd-dd";
constexpr std::string_view kDateAndMinute = "dddd-dd-dd?dd:dd";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Whether `text` starts like `shape`, where d is a digit and ? is anything.
bool StartsLike(std::string_view text, std::string_view shape) {
  if (text.size() < shape.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '?') continue;
    if (shape[i] == 'd' ? !IsDigit(text[i]) : text[i] != shape[i]) return false;
  }
  return true;
}

std::string_view Take(size_t count, std::string_view* text) {
  const std::string_view taken = text->substr(0, count);
  text->remove_prefix(count);
  return taken;
}

std::string_view TakeFraction(std::string_view* text) {
  size_t count = 1;
  while (count < text->size() && IsDigit((*text)[count])) ++count;
  return Take(count, text);
}

// The same time as RFC 3339 writes it.
std::string Normalize(std::string_view text, BillTime* time) {
  std::string normal(Take(kDateAndMinute.size(), &text));
  time->blank_separator = normal[10] == ' ';
  if (time->blank_separator) normal[10] = 'T';
  if (StartsLike(text, ":dd")) {
    normal += Take(3, &text);
    time->fraction = text.starts_with('.');
    if (time->fraction) normal += TakeFraction(&text);
  } else {
    time->no_seconds = true;
    normal += ":00";
  }
  time->no_zone = text.empty();
  time->offset = !text.empty() && text != "Z";
  normal += time->no_zone ? "Z" : text;
  return normal;
}

}  // namespace

absl::StatusOr<BillTime> ParseBillTime(std::string_view text) {
  if (text.size() == kDate.size() && StartsLike(text, kDate)) {
    BillTime time;
    time.date_only = true;
    ASSIGN_OR_RETURN(time.instant_us,
                     ParseInstant(std::string(text) + "T00:00:00Z"));
    return time;
  }
  const bool shaped =
      StartsLike(text, kDateAndMinute) && (text[10] == 'T' || text[10] == ' ');
  if (!shaped) {
    return MakeError(
        ErrorCode::kBadTime,
        absl::StrCat(Quoted(text), " is not a time like 2026-10-01T00:00:00Z"));
  }
  BillTime time;
  ASSIGN_OR_RETURN(time.instant_us, ParseInstant(Normalize(text, &time)));
  return time;
}

absl::StatusOr<BillTime> BillTimeCache::Parse(std::string_view text,
                                              Memo::Hint* hint) {
  if (const BillTime* known = memo_.Find(text, hint)) return *known;
  ASSIGN_OR_RETURN(const BillTime time, ParseBillTime(text));
  memo_.Remember(text, time);
  return time;
}

}  // namespace drawdown
