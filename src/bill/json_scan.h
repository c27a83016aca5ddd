// The members of one JSON object or array (RFC 8259), without building a tree:
// bills carry small objects in cells, and a number must stay the text it was.
#ifndef DRAWDOWN_SRC_BILL_JSON_SCAN_H_
#define DRAWDOWN_SRC_BILL_JSON_SCAN_H_

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace drawdown {

class JsonCell {
 public:
  enum class Kind : uint8_t { kString, kNumber, kOther };
  struct Member {
    std::string_view key;    // decoded
    std::string_view value;  // as written; of a string, between its quotes
    Kind kind = Kind::kOther;
  };

  // False unless `text` is exactly one valid object, nested at most 32 deep.
  // The views stay valid as long as `text` and until the next Parse.
  bool Parse(std::string_view text);

  // The same of exactly one array, whose elements are members without a key.
  bool ParseArray(std::string_view text);

  const std::vector<Member>& members() const { return members_; }

  // What a string says; a view into the text where nothing was escaped.
  // REQUIRES: member.kind is kString.
  std::string_view TextOf(const Member& member);

 private:
  void Start(std::string_view text);
  bool ReadMember();
  bool ReadMemberValue(Member member);
  bool ReadValue(int depth, Kind* kind);
  bool ReadContainer(char close, int depth);
  bool ReadKey(std::string_view* key);
  bool ReadString(std::string_view* content, bool* escaped);
  bool ReadEscape();
  bool ReadNumber();
  bool ReadDigits();
  bool ReadWord(std::string_view word);
  void SkipBlanks();
  bool Take(char c);
  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  std::string_view Decode(std::string_view content);

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Member> members_;
  std::deque<std::string> decoded_;  // Of what was written with escapes.
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_JSON_SCAN_H_
