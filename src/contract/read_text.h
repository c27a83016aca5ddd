// Contract text to a drawdown.v1.Contract message, with the place of each
// field.
#ifndef DRAWDOWN_SRC_CONTRACT_READ_TEXT_H_
#define DRAWDOWN_SRC_CONTRACT_READ_TEXT_H_

#include <string>
#include <string_view>

#include "contract/problems.h"
#include "contract/source_map.h"
#include "drawdown/v1/contract.pb.h"

namespace drawdown {

// Each reads the whole text and adds what is wrong to *problems. Unknown fields
// are problems but do not stop the reading. Returns false when the message is
// so incomplete that its fields must not be judged (a syntax error, a value of
// the wrong type).
bool ReadTextproto(std::string_view text, v1::Contract* contract,
                   SourceMap* map, Problems* problems);
bool ReadJson(std::string_view text, v1::Contract* contract, SourceMap* map,
              Problems* problems);

// What to say of an unknown field of the message and of a value that its enum
// does not have.
std::string UnknownField(const google::protobuf::Descriptor& message);
std::string UnknownValue(std::string_view value,
                         const google::protobuf::EnumDescriptor& type);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_READ_TEXT_H_
