// Cancels whatever a connection is running, from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

struct pg_cancel;
struct pg_conn;

namespace davit::postgres {

class cancel_handle {
public:
  explicit cancel_handle(pg_conn *connection);

  // Asks the server to cancel; returns an empty string when the request was delivered, else why not. The running
  // statement then fails with SQLSTATE 57014, if it was still running. Blocks for one round trip.
  std::string request() const;

  std::int32_t backend_pid() const noexcept { return pid_; }

private:
  struct free {
    void operator()(pg_cancel *c) const noexcept;
  };
  std::unique_ptr<pg_cancel, free> c_;
  std::int32_t pid_;
};

} // namespace davit::postgres
