#include "lifecycle/commit.hpp"

#include <array>
#include <chrono>
#include <thread>

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;

// "committed" or "aborted"; empty if the server can't be asked.
std::string fate_of(postgres::connection &witness, const std::string &xid) {
  try {
    for (;;) {
      const auto r = witness.query("SELECT pg_catalog.pg_xact_status($1::xid8)", std::array{postgres::parameter(xid)});
      if (r.text(0, 0) != "in progress") return std::string(r.text(0, 0));
      std::this_thread::sleep_for(50ms);
    }
  } catch (const error &) {
    return {};
  }
}

} // namespace

void commit(postgres::connection &session, postgres::connection &witness, const std::string &xid) {
  try {
    if (session.exec("COMMIT").command() != "COMMIT")
      throw error(error_code::transaction_ended, "the server rolled the transaction back instead of committing it",
                  "an error inside the transaction was hidden from davit");
  } catch (error &e) {
    if (e.code != error_code::connection_lost) throw;
    const std::string fate = fate_of(witness, xid);
    if (fate == "committed") return;
    e.state = fate == "aborted" ? "the answer to COMMIT was lost; the server says that the transaction was rolled back"
                                : "the answer to COMMIT was lost and the server cannot be asked: davit status tells "
                                  "later whether it was committed";
    throw;
  }
}

} // namespace davit::lifecycle
