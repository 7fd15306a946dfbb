// How far a migration without a transaction has got, written down while it runs: what is left when davit is killed.
#pragma once

#include "ledger/ledger.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace davit::ledger {

struct reached {
  std::uint32_t done = 0;         // statements that are in the database
  std::uint32_t begun = 0;        // the same, or more: those were sent, and how they end is not known
  std::optional<std::string> xid; // the transaction that those commit with; none if they commit by themselves
  std::string done_checksum, begun_checksum; // of that many statements
  bool failed = false;                       // those that were sent have failed, and left something all the same
};

class progress {
public:
  progress(postgres::connection &session, const std::string &schema);

  // `earlier`: what an earlier run had begun. `pid`: of the session that is to run the statements.
  void begin(const std::string &run, const migration_event &about, const migration::step &earlier, std::int32_t pid);
  // Handlers that may write, and are to be called now, or were: "PLUGIN.HANDLER at PHASE, …".
  void note_handlers(const migration::version &id, const std::string &handlers);
  void reach(const migration::version &id, const reached &now);
  // What the session of a migration that stops now was set to: settle() takes it along. False if there is no such row.
  bool keep_session(const migration::version &id, const migration::kept_settings &kept);
  // The migration is recorded as a whole: what that run has written here of it goes.
  static std::string finish_sql(const std::string &schema, const std::string &run, const migration::version &id);
  // Whether it still says that those statements run in that transaction.
  static bool has(postgres::connection &session, const std::string &schema, const migration::version &id,
                  const std::string &xid);

  // Turns what is left of runs that are dead into states of their migrations: 'partial', unless nothing was begun. That
  // handlers were called is kept with the run's event in either case. No transaction of theirs may be open any more:
  // the caller holds the run lock and has waited for leftover sessions.
  void settle();
  // What settle() would say now; of a run that is under way, how far it is: state "running".
  std::vector<migration::recorded> unsettled();

private:
  bool any();
  std::vector<migration::recorded> read_unsettled();

  postgres::connection &c_;
  std::string schema_;
};

} // namespace davit::ledger
