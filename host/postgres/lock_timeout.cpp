#include "postgres/lock_timeout.hpp"

namespace davit::postgres {

without_lock_timeout::without_lock_timeout(connection &c, bool wanted) : c_(c), wanted_(wanted) {
  if (!wanted_) return;
  before_ = c_.exec("SELECT pg_catalog.current_setting('lock_timeout')").text(0, 0);
  c_.exec("SET lock_timeout = 0");
}

void without_lock_timeout::restore() {
  if (wanted_) c_.exec("SET lock_timeout = " + quote_literal(before_));
}

} // namespace davit::postgres
