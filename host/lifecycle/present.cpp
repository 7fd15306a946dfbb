#include "lifecycle/present.hpp"

#include <fmt/format.h>

namespace davit::lifecycle {

present present::look(postgres::connection &c, const std::string &schema, const migration::folder *folder) {
  present out;
  ledger::ledger ledger(c, schema);
  auto before = owners_of_locks(c, schema);
  out.migrations = ledger.read();
  if (ledger.version()) {
    out.open_ends = ledger.open_ends();
    out.called = called_before_in(c, schema, *ledger.version());
  }
  const auto after = owners_of_locks(c, schema);
  const bool same = before.work && after.work && before.work->pid == after.work->pid;
  if (same && !after.run) out.leftover = after.work;
  for (auto &m : out.migrations) {
    if (m.state == "running")
      m.at_work = "pid " + m.at_work + " holds the run lock";
    else if (m.state == "partial" && same && m.unsettled && after.work->begun <= m.applied_at) {
      m.state = "running"; // a younger session would be one of another run
      m.at_work = describe(*after.work);
    }
  }
  std::erase_if(out.called, [&](const auto &one) { return !one.will_be_begun(out.migrations, folder); });
  return out;
}

std::string describe(const ledger::open_end &r) {
  std::string text = fmt::format("run {} ({}, begun {}) ", r.id, r.command, r.started);
  if (r.finished) return text + "was stopped";
  if (r.pid.empty()) return text + "ended without a word: it was killed, crashed, or lost the database";
  return text + fmt::format("is under way: by {} on {}, pid {} holds the run lock", r.os_user, r.host, r.pid);
}

std::string describe(const lock_owner &leftover) {
  return "its davit is gone, but a session that it has left behind is still at work: " + leftover.text;
}

} // namespace davit::lifecycle
