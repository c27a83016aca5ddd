// Keys and values between LMDB and us.
#ifndef DRAWDOWN_SRC_STORE_LMDB_VAL_H_
#define DRAWDOWN_SRC_STORE_LMDB_VAL_H_

#include <lmdb.h>

#include <string_view>

namespace drawdown {

inline MDB_val ToVal(std::string_view bytes) {
  // LMDB does not write through it.
  return MDB_val{bytes.size(), const_cast<char*>(bytes.data())};
}
inline std::string_view ToView(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_LMDB_VAL_H_
