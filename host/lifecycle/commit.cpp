#include "lifecycle/commit.hpp"

#include <array>
#include <chrono>

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;

commit_answer fate_of(const std::function<postgres::connection &()> &witness, const std::string &xid,
                      const interrupt &stop) {
  try {
    for (;;) {
      const auto r =
          witness().query("SELECT pg_catalog.pg_xact_status($1::xid8)", std::array{postgres::parameter(xid)});
      if (r.text(0, 0) == "committed") return commit_answer::committed;
      if (r.text(0, 0) == "aborted") return commit_answer::rolled_back;
      stop.wait(50ms);
    }
  } catch (const error &) { // nobody to ask, or no time to wait
    return commit_answer::unknown;
  }
}

} // namespace

commit_answer commit(postgres::connection &session, const std::function<postgres::connection &()> &witness,
                     const std::string &xid, const interrupt &stop) {
  try {
    if (session.exec("COMMIT").command() == "COMMIT") return commit_answer::committed;
  } catch (const error &e) {
    if (e.code != error_code::connection_lost) throw;
    return fate_of(witness, xid, stop);
  }
  throw error(error_code::transaction_ended, "the server rolled the transaction back instead of committing it",
              "an error inside the transaction was hidden from davit");
}

} // namespace davit::lifecycle
