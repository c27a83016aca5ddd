// Abseil's hash tables where memory runs out. A growth of theirs that cannot be
// had, or an element whose constructor throws, leaves a table whose destructor
// crashes. These are as they were before, and the exception goes on to whoever
// can make it an error.
#ifndef DRAWDOWN_SRC_BASE_HASH_MAP_H_
#define DRAWDOWN_SRC_BASE_HASH_MAP_H_

#include <cstddef>
#include <cstring>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace drawdown {

// What tables are asked with: an Abseil that was built for an older language
// has a string_view of its own, and hashes that.
inline absl::string_view AbslView(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

// What maps and sets have in common.
template <typename Table>
class HashTable {
 public:
  using value_type = typename Table::value_type;
  using Element = typename Table::init_type;
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
    return insert(Element(std::forward<Args>(args)...));
  }
  std::pair<iterator, bool> insert(Element element) {
    return Grow([&]() -> std::pair<iterator, bool> {
      return table_.insert(std::move(element));
    });
  }

 private:
  // What is in a table is made before it and then moved, so that only its
  // growth can throw: before it has touched the elements, or where they are.
  static_assert(std::is_nothrow_move_constructible_v<Element>);
  // Abseil copies keys in a growth where the layout does not let it move them.
  static_assert(std::is_nothrow_move_constructible_v<value_type> ||
                std::is_standard_layout_v<Element>);

  // What a growth that throws leaves wrong is in the table itself.
  template <typename Growth>
  decltype(auto) Grow(Growth&& growth) {
    alignas(Table) std::byte before[sizeof(Table)];
    std::memcpy(before, static_cast<const void*>(&table_), sizeof(Table));
    try {
      return growth();
    } catch (...) {
      std::memcpy(static_cast<void*>(&table_), before, sizeof(Table));
      throw;
    }
  }
  void CopyFrom(const HashTable& other) {
    reserve(other.size());
    for (const auto& value : other) emplace(value);
  }

 protected:
  Table table_;
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
    return try_emplace(std::forward<Asked>(key)).first->second;
  }
  template <typename Asked = Key, typename Given = Value>
  std::pair<iterator, bool> insert_or_assign(Asked&& key, Given&& value) {
    const iterator found = this->find(key);
    if (found == this->end()) {
      return this->emplace(std::forward<Asked>(key),
                           std::forward<Given>(value));
    }
    found->second = std::forward<Given>(value);
    return {found, false};
  }
  template <typename Asked = Key, typename... Args>
  std::pair<iterator, bool> try_emplace(Asked&& key, Args&&... args) {
    const iterator found = this->find(key);
    if (found != this->end()) return {found, false};
    return this->emplace(std::piecewise_construct,
                         std::forward_as_tuple(std::forward<Asked>(key)),
                         std::forward_as_tuple(std::forward<Args>(args)...));
  }
};

template <typename Key>
using HashSet = HashTable<absl::flat_hash_set<Key>>;

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_HASH_MAP_H_
