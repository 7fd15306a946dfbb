#include "postgres/cancel_handle.hpp"

#include <array>
#include <new>

#include <libpq-fe.h>

namespace davit::postgres {

void cancel_handle::free::operator()(pg_cancel *c) const noexcept { PQfreeCancel(c); }

cancel_handle::cancel_handle(pg_conn *connection) : c_(PQgetCancel(connection)), pid_(PQbackendPID(connection)) {
  if (!c_) throw std::bad_alloc();
}

std::string cancel_handle::request() const {
  std::array<char, 256> why{};
  if (PQcancel(c_.get(), why.data(), static_cast<int>(why.size())) == 1) return {};
  return why.data();
}

} // namespace davit::postgres
