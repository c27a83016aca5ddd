// Keeps bytes at a fixed place for as long as the pool lives, many to one
// allocation.
#ifndef DRAWDOWN_SRC_LEDGER_BYTE_POOL_H_
#define DRAWDOWN_SRC_LEDGER_BYTE_POOL_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace drawdown {

class BytePool {
 public:
  // A copy of `bytes` that lives as long as the pool.
  std::string_view Keep(std::string_view bytes) {
    if (bytes.empty()) return {};
    if (bytes.size() > left_) AddBlock(bytes.size());
    std::memcpy(next_, bytes.data(), bytes.size());
    const std::string_view kept(next_, bytes.size());
    next_ += bytes.size();
    left_ -= bytes.size();
    return kept;
  }

  // Forgets what was kept; the newest block is used again.
  void Clear() {
    if (blocks_.empty()) return;
    blocks_.front().swap(blocks_.back());
    blocks_.resize(1);
    next_ = blocks_.front().get();
    left_ = newest_;
    total_ = newest_;
  }

 private:
  // Each as large as all before it: a small pool stays small.
  void AddBlock(size_t at_least) {
    const size_t size =
        std::max(at_least, std::clamp(total_, kFirstBlock, kLargestBlock));
    // The block first, so that it is somebody's when the list cannot grow.
    std::unique_ptr<char[]> block(new char[size]);
    blocks_.push_back(std::move(block));
    next_ = blocks_.back().get();
    left_ = newest_ = size;
    total_ += size;
  }

  static constexpr size_t kFirstBlock = 1'024;
  static constexpr size_t kLargestBlock = size_t{1} << 20;

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t newest_ = 0;  // size of the newest block
  size_t total_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_BYTE_POOL_H_
