#include "lifecycle/supervision/end_sessions.hpp"

#include <array>
#include <thread>

namespace davit::lifecycle {
namespace {

using clock = std::chrono::steady_clock;

// How many there still are.
int terminate(postgres::connection &from, const std::vector<std::int32_t> &pids) {
  std::string list = "{";
  for (const auto pid : pids) list += (list.size() > 1 ? "," : "") + std::to_string(pid);
  list += "}";
  return from
      .query("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid "
             "OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.int4[])",
             std::array{postgres::parameter(list)})
      .rows();
}

} // namespace

std::string end_sessions(const std::function<postgres::connection()> &open, const cancel_targets &targets,
                         const std::function<bool()> &in_use, std::chrono::milliseconds patience) try {
  const auto end = clock::now() + patience;
  postgres::connection from = open();
  // A session may be opened while the others are ended: whoever is at it does not know yet.
  for (;;) {
    const bool busy = in_use();
    if (terminate(from, targets.dispensable()) == 0 && !busy) return {};
    if (clock::now() > end) return busy ? "they are still in use" : "the server does not end them";
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
} catch (const error &e) {
  return e.message;
}

} // namespace davit::lifecycle
