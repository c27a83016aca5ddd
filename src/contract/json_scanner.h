// The tokens of strict JSON (RFC 8259): no comments, no trailing commas, no
// lone surrogates. Numbers stay text, so that no value passes through a double.
#ifndef DRAWDOWN_SRC_CONTRACT_JSON_SCANNER_H_
#define DRAWDOWN_SRC_CONTRACT_JSON_SCANNER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace drawdown {

// Every Read and Expect skips white space first. After the first failure
// error() and error_offset() say what and where, and every further call fails.
class JsonScanner {
 public:
  // `text` must be UTF-8 and outlive this.
  explicit JsonScanner(std::string_view text) : text_(text) {}

  // The next byte that is not white space, '\0' at the end.
  char Peek();
  // Its offset.
  size_t offset();

  bool Expect(char c);
  // Takes `c` if it is next.
  bool Take(char c);
  // With its escapes undone.
  bool ReadString(std::string* value);
  // As written.
  bool ReadNumber(std::string_view* number);
  bool ReadBool(bool* value);
  // One value of any kind, at most 32 levels deep.
  bool SkipValue(int depth = 0);
  // Nothing but white space is left.
  bool ExpectEnd();

  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  size_t error_offset() const { return error_offset_; }

 private:
  bool Fail(size_t offset, std::string_view message);
  // What the next byte is, for messages.
  std::string Found();
  bool ReadWord(std::string_view word);
  bool ReadEscape(std::string* value);
  bool ReadHex4(uint32_t* unit);
  bool ReadUnicodeEscape(std::string* value);
  void SkipDigits();
  bool SkipMembers(char close, int depth);

  std::string_view text_;
  size_t at_ = 0;
  std::string error_;
  size_t error_offset_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CONTRACT_JSON_SCANNER_H_
