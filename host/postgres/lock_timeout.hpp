// The session's lock_timeout, out of the way of statements that it would harm.
#pragma once

#include "postgres/connection.hpp"

#include <string>

namespace davit::postgres {

// CREATE INDEX CONCURRENTLY and its like wait for locks by design; a timeout would leave an invalid index behind.
class without_lock_timeout {
public:
  // Sets none if `wanted`. The connection outlives it.
  without_lock_timeout(connection &c, bool wanted);
  // As it was. Not to be called where the session is in a failed state or lost.
  void restore();
  const std::string &before() const { return before_; } // empty unless wanted

private:
  connection &c_;
  bool wanted_;
  std::string before_;
};

} // namespace davit::postgres
