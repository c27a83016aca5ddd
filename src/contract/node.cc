#include "contract/node.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/utf8.h"

namespace drawdown {
namespace {

namespace pb = google::protobuf;

constexpr size_t kMaxIdBytes = 200;

std::string Joined(std::string_view what, std::string_view why) {
  return why.empty() ? std::string(what)
                     : absl::StrCat(std::string(what), ": ", std::string(why));
}

}  // namespace

std::string IdFault(std::string_view id) {
  if (id.empty()) return "is empty";
  if (id.size() > kMaxIdBytes) {
    return absl::StrCat("has ", id.size(), " bytes; at most 200 are allowed");
  }
  if (Utf8ValidPrefix(id) != id.size()) return "is not valid UTF-8";
  const bool control = std::any_of(id.begin(), id.end(), [](unsigned char c) {
    return c < 0x20 || c == 0x7F;
  });
  return control ? "has a control character" : "";
}

const pb::FieldDescriptor* Node::Field(const char* name) const {
  const pb::FieldDescriptor* field =
      message_->GetDescriptor()->FindFieldByName(name);
  CHECK(field != nullptr);
  return field;
}

bool Node::Has(const char* name) const {
  const pb::FieldDescriptor* field = Field(name);
  const pb::Reflection* reflection = message_->GetReflection();
  return field->is_repeated() ? reflection->FieldSize(*message_, field) > 0
                              : reflection->HasField(*message_, field);
}

std::optional<Node> Node::Child(const char* name) const {
  if (!Has(name)) return std::nullopt;
  return ChildOrEmpty(name);
}

Node Node::ChildOrEmpty(const char* name) const {
  return Node(message_->GetReflection()->GetMessage(*message_, Field(name)),
              JoinPath(path_, name), problems_);
}

std::vector<Node> Node::Children(const char* name) const {
  const pb::FieldDescriptor* field = Field(name);
  const pb::Reflection* reflection = message_->GetReflection();
  std::vector<Node> children;
  for (int i = 0; i < reflection->FieldSize(*message_, field); ++i) {
    children.emplace_back(reflection->GetRepeatedMessage(*message_, field, i),
                          JoinPath(path_, name, static_cast<size_t>(i)),
                          problems_);
  }
  return children;
}

void Node::Problem(const char* name, std::string_view message) const {
  problems_->Add(*name == '\0' ? path_ : JoinPath(path_, name), message);
}

void Node::Problem(const char* name, size_t index,
                   std::string_view message) const {
  problems_->Add(JoinPath(path_, name, index), message);
}

void Node::Problem(const char* name, const absl::Status& status) const {
  problems_->Add(JoinPath(path_, name), status);
}

bool Node::Require(const char* name, std::string_view why) const {
  if (Has(name)) return true;
  Problem(name, Joined("is required", why));
  return false;
}

bool Node::Refuse(const char* name, std::string_view why) const {
  if (!Has(name)) return true;
  Problem(name, Joined("must be left out", why));
  return false;
}

std::string Node::Text(const char* name) const {
  return message_->GetReflection()->GetString(*message_, Field(name));
}

std::vector<std::string> Node::Texts(const char* name) const {
  const pb::FieldDescriptor* field = Field(name);
  const pb::Reflection* reflection = message_->GetReflection();
  std::vector<std::string> texts;
  for (int i = 0; i < reflection->FieldSize(*message_, field); ++i) {
    texts.push_back(reflection->GetRepeatedString(*message_, field, i));
  }
  return texts;
}

std::string Node::Id(const char* name) const {
  if (!Has(name)) return "";
  const std::string id = Text(name);
  const std::string fault = IdFault(id);
  if (fault.empty()) return id;
  Problem(name, absl::StrCat(Quoted(id), " ", fault));
  return "";
}

int64_t Node::Integer(const char* name, int64_t otherwise, int64_t least,
                      int64_t most) const {
  if (!Has(name)) return otherwise;
  const pb::FieldDescriptor* field = Field(name);
  const pb::Reflection* reflection = message_->GetReflection();
  const int64_t value = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_INT64
                            ? reflection->GetInt64(*message_, field)
                            : reflection->GetInt32(*message_, field);
  if (value >= least && value <= most) return value;
  Problem(name, absl::StrCat(value, " is outside ", least, "..", most));
  return otherwise;
}

bool Node::Flag(const char* name) const {
  return message_->GetReflection()->GetBool(*message_, Field(name));
}

int Node::EnumNumber(const char* name, int otherwise) const {
  if (!Has(name)) return otherwise;
  return message_->GetReflection()->GetEnumValue(*message_, Field(name));
}

std::optional<int64_t> Node::Instant(const char* name) const {
  if (!Has(name)) return std::nullopt;
  const absl::StatusOr<int64_t> instant = ParseInstant(Text(name));
  if (instant.ok()) return *instant;
  Problem(name, instant.status());
  return std::nullopt;
}

std::optional<int64_t> Node::Instant(const char* name,
                                     const InstantRange& range) const {
  const std::optional<int64_t> instant = Instant(name);
  if (!instant.has_value()) return std::nullopt;
  const bool before = *instant < range.start_us;
  const bool after =
      range.end_included ? *instant > range.end_us : *instant >= range.end_us;
  if (before || after) {
    Problem(name, absl::StrCat(
                      FormatInstant(*instant), " is ",
                      before               ? "before "
                      : range.end_included ? "after "
                                           : "not before ",
                      before ? range.start_name : range.end_name, " ",
                      FormatInstant(before ? range.start_us : range.end_us)));
    return std::nullopt;
  }
  return instant;
}

std::optional<MoneyAmount> Node::Money(const char* name) const {
  if (!Has(name)) return std::nullopt;
  const absl::StatusOr<MoneyAmount> amount = ParseMoney(Text(name));
  if (amount.ok() && amount->count() >= 0) return *amount;
  if (amount.ok()) {
    Problem(name, absl::StrCat(FormatMoney(*amount), " is negative"));
  } else {
    Problem(name, amount.status());
  }
  return std::nullopt;
}

std::optional<GpuTime> Node::Hours(const char* name) const {
  if (!Has(name)) return std::nullopt;
  const absl::StatusOr<GpuTime> hours = ParseGpuHours(Text(name));
  if (hours.ok() && hours->count() >= 0) return *hours;
  if (hours.ok()) {
    Problem(name, absl::StrCat(Quoted(Text(name)), " GPU-hours are negative"));
  } else {
    Problem(name, hours.status());
  }
  return std::nullopt;
}

std::optional<int64_t> Node::Micro(const char* name, int64_t most) const {
  if (!Has(name)) return std::nullopt;
  const absl::StatusOr<Int128> value = ParseScaled(Text(name), 6);
  if (!value.ok()) {
    Problem(name, value.status());
    return std::nullopt;
  }
  if (*value < 0 || *value > most) {
    Problem(name, absl::StrCat(Quoted(Text(name)), " is outside 0..",
                               FormatScaled(most, 6)));
    return std::nullopt;
  }
  return static_cast<int64_t>(*value);
}

}  // namespace drawdown
