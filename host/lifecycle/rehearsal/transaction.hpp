// The one transaction that a rehearsal is: never committed.
#pragma once

#include "lifecycle/sessions/sessions.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace davit::lifecycle {

class rehearsal_transaction {
public:
  explicit rehearsal_transaction(sessions &s) : sessions_(s) {}

  // The run session inside the transaction, which is begun if there is none, or if its session was given up. Throws
  // transaction_ended if something has ended it, connection_lost if its session is gone.
  postgres::connection &open();
  // Whether statements can be sent in it, or one can be begun.
  bool usable() const;
  const std::string &xid() const { return xid_; }

  // Ends it: the server undoes everything, also where the session cannot be told any more.
  void roll_back() noexcept;
  // Since the first one was begun, until it was rolled back.
  std::chrono::microseconds held() const;

private:
  using clock = std::chrono::steady_clock;
  void begin(postgres::connection &c);

  sessions &sessions_;
  std::optional<std::int32_t> pid_; // of the session that it is open on
  std::string xid_;
  std::optional<clock::time_point> began_, ended_;
};

} // namespace davit::lifecycle
