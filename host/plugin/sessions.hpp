// What calls need of the database, without knowing who opens and keeps the sessions.
#pragma once

#include "postgres/connection.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace davit::plugin {

// While it lives, whose lock a statement of a session waits for is shown.
class attendance {
public:
  attendance() = default;
  virtual ~attendance() = default;
  attendance(const attendance &) = delete;
  attendance &operator=(const attendance &) = delete;
  // Adds to a lock timeout who held the lock. May throw what is to be said instead.
  virtual void explain(postgres::server_error &e) const = 0;
};

// `guard` may be null.
template <class F> auto attended(const std::unique_ptr<attendance> &guard, F &&work) {
  try {
    return work();
  } catch (postgres::server_error &e) {
    if (guard) guard->explain(e);
    throw;
  }
}

class sessions {
public:
  virtual ~sessions() = default;
  // The session that carries the migrations, and the side session; opened at first use. Throw davit::error.
  virtual postgres::connection &run() = 0;
  virtual postgres::connection &side() = 0;
  // Around what a handler sends to them; may be null. That of the side session ends before it is dropped, and fails a
  // statement that waits, directly or through others, for the run session.
  virtual std::unique_ptr<attendance> attend_run() { return nullptr; }
  virtual std::unique_ptr<attendance> attend_side() { return nullptr; }
  // Backend of the run session, if it is open.
  virtual std::optional<std::int32_t> run_pid() const = 0;
  // Closes the side session, if it is open.
  virtual void drop_side() noexcept = 0;
  // Statements that prepare a transaction of a handler's own on the run session, after BEGIN; may be empty.
  virtual std::string own_transaction_setup() const = 0;
  // A savepoint that stands for a transaction of a handler's own is to be released: throws what COMMIT would have
  // refused.
  virtual void check_as_commit() {}
  // Whether the sockets of all open sessions are still those that were opened.
  virtual bool own_sockets() const { return true; }
  // In a migration without a transaction: takes the run session's lock again if it was released; tells whether it was.
  virtual bool renew_work_lock() { return false; }
};

} // namespace davit::plugin
