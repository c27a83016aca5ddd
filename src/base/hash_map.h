// Abseil's hash tables where memory runs out. A growth of theirs that cannot be
// had, or an element whose constructor throws, leaves a table whose destructor
// crashes. Of these it leaves an empty one: what was in it is given up, and so is
// its memory, and the exception goes on to whoever can make it an error.
#ifndef DRAWDOWN_SRC_BASE_HASH_MAP_H_
#define DRAWDOWN_SRC_BASE_HASH_MAP_H_

#include <new>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace drawdown {

// What maps and sets have in common.
template <typename Table>
class HashTable {
 public:
  using value_type = typename Table::value_type;
  using iterator = typename Table::iterator;
  using const_iterator = typename Table::const_iterator;

  HashTable() = default;
  HashTable(const HashTable& other) { CopyFrom(other); }
  HashTable(HashTable&& other) noexcept : table_(std::move(other.table_)) {}
  HashTable& operator=(const HashTable& other) {
    if (this == &other) return *this;
    HashTable copy(other);
    return *this = std::move(copy);
  }
  HashTable& operator=(HashTable&& other) noexcept {
    table_.swap(other.table_);
    return *this;
  }
  ~HashTable() = default;

  iterator begin() { return table_.begin(); }
  iterator end() { return table_.end(); }
  const_iterator begin() const { return table_.begin(); }
  const_iterator end() const { return table_.end(); }
  size_t size() const { return table_.size(); }
  bool empty() const { return table_.empty(); }
  void clear() { table_.clear(); }

  template <typename Key = typename Table::key_type>
  iterator find(const Key& key) {
    return table_.find(key);
  }
  template <typename Key = typename Table::key_type>
  const_iterator find(const Key& key) const {
    return table_.find(key);
  }
  template <typename Key = typename Table::key_type>
  bool contains(const Key& key) const {
    return table_.contains(key);
  }
  void erase(iterator at) { table_.erase(at); }
  template <typename Key = typename Table::key_type>
  size_t erase(const Key& key) {
    return table_.erase(key);
  }

  void reserve(size_t size) {
    Grow([&] { table_.reserve(size); });
  }
  template <typename... Args>
  std::pair<iterator, bool> emplace(Args&&... args) {
    return Grow([&]() -> std::pair<iterator, bool> {
      return table_.emplace(std::forward<Args>(args)...);
    });
  }
  std::pair<iterator, bool> insert(value_type value) {
    return emplace(std::move(value));
  }

 protected:
  template <typename Growth>
  decltype(auto) Grow(Growth&& growth) {
    try {
      return growth();
    } catch (...) {
      // Without the destructor of what was there.
      new (&table_) Table();
      throw;
    }
  }

  Table table_;

 private:
  void CopyFrom(const HashTable& other) {
    reserve(other.size());
    for (const value_type& value : other) emplace(value);
  }
};

template <typename Key, typename Value>
class HashMap : public HashTable<absl::flat_hash_map<Key, Value>> {
  using Base = HashTable<absl::flat_hash_map<Key, Value>>;
  using Base::table_;

 public:
  using typename Base::iterator;

  template <typename Asked = Key>
  Value& at(const Asked& key) {
    return table_.at(key);
  }
  template <typename Asked = Key>
  const Value& at(const Asked& key) const {
    return table_.at(key);
  }
  template <typename Asked = Key>
  Value& operator[](Asked&& key) {
    return this->Grow(
        [&]() -> Value& { return table_[std::forward<Asked>(key)]; });
  }
  template <typename Asked = Key, typename Given = Value>
  std::pair<iterator, bool> insert_or_assign(Asked&& key, Given&& value) {
    return this->Grow([&]() -> std::pair<iterator, bool> {
      return table_.insert_or_assign(std::forward<Asked>(key),
                                     std::forward<Given>(value));
    });
  }
  template <typename Asked = Key, typename... Args>
  std::pair<iterator, bool> try_emplace(Asked&& key, Args&&... args) {
    return this->Grow([&]() -> std::pair<iterator, bool> {
      return table_.try_emplace(std::forward<Asked>(key),
                                std::forward<Args>(args)...);
    });
  }
};

template <typename Key>
using HashSet = HashTable<absl::flat_hash_set<Key>>;

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_HASH_MAP_H_
