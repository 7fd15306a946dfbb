#include "lifecycle/sessions/handler_attendance.hpp"

#include <chrono>

namespace davit::lifecycle {

handler_attendance::handler_attendance(postgres::connection &run, postgres::connection &lock, observer &show)
    : run_(run), holders_(lock, run.backend_pid(), [&show](const std::string &what) { show.waiting(what); }) {
  // A short lock_timeout must not strike before anybody has looked.
  run_.while_waiting(std::chrono::milliseconds(20), [this, &lock] {
    if (lock.still_alive() && !lock.awaits_answer()) holders_.look(); // else this may be the answer
  });
}

handler_attendance::~handler_attendance() { run_.while_waiting({}, nullptr); }

void handler_attendance::explain(postgres::server_error &e) const { holders_.explain(e); }

} // namespace davit::lifecycle
