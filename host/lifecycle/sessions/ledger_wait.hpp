// A session of davit's own that waits for a lock somebody holds on the ledger's tables: bounded, and said.
#pragma once

#include "lifecycle/sessions/lock_holders.hpp"
#include "lifecycle/supervision/interrupt.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace davit::lifecycle {

// Locks on davit's tables are nobody else's business, and short where they are davit's.
inline constexpr std::chrono::seconds ledger_patience{10};

// For sessions of davit's own that read its tables. A row that a policy hides would be a migration that is run twice:
// with row security off it is an error.
std::string ledger_session_sql();

// For the rest of a transaction in which davit writes to its tables.
std::string ledger_patience_sql();

// Where the server denies a statement of davit's own, says where the GRANT is found.
void advise_grant(postgres::server_error &e);
// The same, and where it gave up waiting for a lock, who held it (if that was `seen`) and what to do.
void explain_wait(postgres::server_error &e, const std::string &seen);
// What it has against the row of a migration; its file has no part in that.
void explain_row(postgres::server_error &e, const std::string &migration);

// While this lives, whoever holds up a statement of the session is looked for, shown, and named in the error.
class ledger_wait {
public:
  // `open` gives another session for the look, once there is something to look for. `session` outlives this; `stop`,
  // if there is one, cuts the wait short.
  ledger_wait(postgres::connection &session, std::function<postgres::connection()> open, lock_holders::told show,
              const interrupt *stop = nullptr);
  ~ledger_wait();
  ledger_wait(const ledger_wait &) = delete;
  ledger_wait &operator=(const ledger_wait &) = delete;

private:
  void look();
  void explain(postgres::server_error &e);

  using clock = std::chrono::steady_clock;

  postgres::connection &session_;
  std::function<postgres::connection()> open_;
  lock_holders::told show_;
  const interrupt *stop_;
  std::optional<postgres::connection> ask_;
  std::optional<lock_holders> holders_;
  std::optional<clock::time_point> stopped_; // the wait goes on, although the run is to stop
};

} // namespace davit::lifecycle
