// How many transactions a statement took: one that ended some of its own has left something, although it failed.
#pragma once

#include "postgres/connection.hpp"

#include <cstdint>

namespace davit::lifecycle {

class transaction_count {
public:
  // The session is idle, and the next thing sent on it is the statement. Outlived by `c`.
  explicit transaction_count(postgres::connection &c);

  // To be asked right after the statement: whether it took more than one. True where that cannot be found out.
  bool several() const noexcept;

private:
  // The server numbers the transactions of each session.
  std::int64_t number_of_this() const;

  postgres::connection &c_;
  std::int64_t before_;
};

} // namespace davit::lifecycle
