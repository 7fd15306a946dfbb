#include "lifecycle/stepwise/transaction_count.hpp"

#include <string>

namespace davit::lifecycle {

transaction_count::transaction_count(postgres::connection &c) : c_(c), before_(number_of_this()) {}

bool transaction_count::several() const noexcept {
  try {
    return number_of_this() - before_ > 2; // that of the statement, and that of this question
  } catch (const std::exception &) {
    return true;
  }
}

std::int64_t transaction_count::number_of_this() const {
  const auto r = c_.exec("SELECT pg_catalog.split_part(virtualxid, '/', 2) FROM pg_catalog.pg_locks WHERE "
                         "locktype OPERATOR(pg_catalog.=) 'virtualxid' AND pid OPERATOR(pg_catalog.=) "
                         "pg_catalog.pg_backend_pid()");
  return std::stoll(std::string(r.text(0, 0)));
}

} // namespace davit::lifecycle
