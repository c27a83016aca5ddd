// One message of a contract text while it is validated: typed reads of its
// fields that report what is wrong under the field's path.
#ifndef DRAWDOWN_SRC_CONTRACT_NODE_H_
#define DRAWDOWN_SRC_CONTRACT_NODE_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/calendar.h"
#include "contract/problems.h"
#include "drawdown/units.h"

namespace drawdown {

// The instants a field may have, and what sets them, for messages.
struct InstantRange {
  int64_t start_us = 0;
  int64_t end_us = 0;
  bool end_included = false;
  std::string start_name = "the term's start";
  std::string end_name = "the term's end";
};

// Field names are those of contract.proto; a name or type it does not have is a
// bug. Reads of an absent field give nullopt (or the default) and report
// nothing; reads of a bad value give the same and report it.
class Node {
 public:
  Node(const google::protobuf::Message& message, std::string path,
       Problems* problems)
      : message_(&message), path_(std::move(path)), problems_(problems) {}

  bool Has(const char* name) const;
  std::optional<Node> Child(const char* name) const;
  // The same; a message without fields when it is absent.
  Node ChildOrEmpty(const char* name) const;
  std::vector<Node> Children(const char* name) const;

  // Report under the field, under the message itself ("") or under one value.
  void Problem(const char* name, std::string_view message) const;
  void Problem(const char* name, size_t index, std::string_view message) const;
  void Problem(const char* name, const absl::Status& status) const;

  // False, reported, when the field is absent or present, respectively.
  bool Require(const char* name, std::string_view why = "") const;
  bool Refuse(const char* name, std::string_view why) const;

  std::string Text(const char* name) const;
  std::vector<std::string> Texts(const char* name) const;
  // 1..200 bytes of UTF-8 without control characters; "" when it is not.
  std::string Id(const char* name) const;
  int64_t Integer(const char* name, int64_t otherwise, int64_t least,
                  int64_t most) const;
  bool Flag(const char* name) const;
  // The enum's number is the same in both types.
  template <typename Enum>
  Enum Choice(const char* name, Enum otherwise) const {
    return static_cast<Enum>(EnumNumber(name, static_cast<int>(otherwise)));
  }

  std::optional<int64_t> Instant(const char* name) const;
  std::optional<int64_t> Instant(const char* name,
                                 const InstantRange& range) const;
  // Money and GPU-hours, never negative.
  std::optional<MoneyAmount> Money(const char* name) const;
  std::optional<GpuTime> Hours(const char* name) const;
  // A decimal with at most six places, in 1e-6; from 0 to `most`.
  std::optional<int64_t> Micro(const char* name, int64_t most) const;

 private:
  const google::protobuf::FieldDescriptor* Field(const char* name) const;
  int EnumNumber(const char* name, int otherwise) const;

  const google::protobuf::Message* message_;
  std::string path_;
  Problems* problems_;
};

// "1..200 bytes" rule of ids; empty when `id` is one, else what is wrong.
std::string IdFault(std::string_view id);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_NODE_H_
