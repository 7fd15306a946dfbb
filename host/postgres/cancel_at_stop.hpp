// For commands that a stop signal ends at once: what their sessions have the server do ends with them.
#pragma once

struct pg_conn;

namespace davit::postgres {

// While it lives, SIGINT, SIGTERM and SIGHUP (unless davit was started with the signal ignored) cancel what sessions
// that were opened meanwhile are at, and end the process with 128 and the signal's number, SIGHUP with SIGTERM's; the
// second one does so without waiting for the server. One at a time.
class cancel_at_stop {
public:
  cancel_at_stop();
  ~cancel_at_stop();
  cancel_at_stop(const cancel_at_stop &) = delete;
  cancel_at_stop &operator=(const cancel_at_stop &) = delete;

  // All that was asked of the server is answered: signals go to whom they went before.
  static void over() noexcept;
  // Of each session that is opened.
  static void opened(pg_conn *session) noexcept;
};

} // namespace davit::postgres
