#include "lifecycle/lost_commit.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto patience = 60s; // for a server to recover from a crash

enum class xact_status { in_progress, committed, other };

xact_status status_of(postgres::connection &c, const std::string &xid) {
  try {
    const auto r = c.query("SELECT pg_catalog.pg_xact_status($1::xid8)", std::array{postgres::parameter(xid)});
    if (r.text(0, 0) == "in progress") return xact_status::in_progress;
    return r.text(0, 0) == "committed" ? xact_status::committed : xact_status::other;
  } catch (const postgres::server_error &e) {
    if (e.sqlstate != postgres::sqlstate::invalid_parameter_value) throw;
    return xact_status::other; // "is in the future": the server has lost it in a crash
  }
}

bool may_pass(const error &e) { return e.code == error_code::connect || e.code == error_code::connection_lost; }

} // namespace

commit_answer lost_commit::find_out(const std::string &xid) const {
  const std::string question = "COMMIT of transaction " + xid + " got no answer";
  auto pause = 10ms;
  auto reached = clock::now();
  try {
    for (;; stop.wait(pause), pause = std::min(pause * 2, 500ms)) {
      try {
        auto &c = sessions.witness();
        const auto status = status_of(c, xid);
        if (status != xact_status::in_progress)
          return status == xact_status::committed && recorded(c) ? commit_answer::committed
                                                                 : commit_answer::rolled_back;
        reached = clock::now();
        show.waiting(question + ": the server is still at it");
      } catch (const error &e) {
        if (!may_pass(e) || clock::now() - reached > patience) throw;
        show.waiting(question + ", and the server cannot be asked yet: " + e.message);
      }
    }
  } catch (const error &e) {
    show.warning(question + ", and how it ended could not be found out: " + e.message);
    return commit_answer::unknown;
  }
}

} // namespace davit::lifecycle
