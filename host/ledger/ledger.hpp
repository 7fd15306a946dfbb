// davit's own tables: what was applied, by which run, and what the hooks did.
#pragma once

#include "migration/plan.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace davit::ledger {

struct run_record {
  std::string id; // UUID
  std::string command, environment, host, os_user, davit_version;
  std::string hint, hint_owner, hint_token;
  std::string plugins_json; // [{"name", "id", "version", "file", "sha256", "capabilities"}]
  std::int64_t started_us = 0;
};

struct run_end {
  std::string outcome; // applied, reverted, nothing_to_do, failed, vetoed, interrupted, deadline
  std::string message; // why, if it failed
  std::string stats_json;
};

struct hook_call {
  std::string migration; // version; empty outside of one
  std::string phase, plugin, handler, outcome, message;
  std::uint64_t rows_affected = 0;
  std::int64_t duration_us = 0;
  std::int64_t started_us = 0;
};

// What happened to a migration in a run.
struct migration_event {
  migration::version id;
  std::string name;
  bool up = true;
  std::string before;  // state in the ledger; empty: it does not have the migration
  std::string state;   // of the migration afterwards: applied, reverted, partial, pending
  std::string outcome; // applied, reverted, failed, partial
  migration::checksums files;
  std::int64_t duration_us = 0;
  std::uint32_t statements_done = 0;
  std::string message;
  bool owes_hooks = false;   // handlers are to run after COMMIT
  std::string done_checksum; // of the statements that are done; empty unless partial
  bool baselined = false;    // nothing was run
};

// SQL expressions that are true where an event must not be written.
struct objections {
  std::string lock_is_lost, transaction_is_another;
};
enum class refusal { none, not_taken, lock_is_lost, transaction_is_another };

// A run that has no end, or left handlers uncalled.
struct open_end {
  std::string id, command, started, os_user, host;
  bool finished;
  std::string pid;               // of its lock session, while it is under way; empty: it ended without a word
  std::vector<std::string> owed; // migrations whose handlers after COMMIT are not known to have run
};

struct run_summary {
  std::string id, command, environment, started, finished, outcome, message, os_user, host, davit_version;
  std::int64_t migrations = 0;
};

class ledger {
public:
  // `session` outlives the ledger; its search_path is pg_catalog, as must be that of add_event_in's.
  ledger(postgres::connection &session, std::string schema) : c_(&session), schema_(std::move(schema)) {}

  // Another session from here on, where the first was lost.
  void use(postgres::connection &session) { c_ = &session; }

  // The version of the tables; nullopt if there are none. Throws ledger_conflict for tables of a newer davit.
  std::optional<int> version();
  // Creates or upgrades the tables; no DDL if they are current. Throws ledger_conflict where the role may not upgrade
  // them.
  void ensure();
  // The same in the transaction that `session` is in, which is to be rolled back.
  void ensure_in(postgres::connection &session);

  // Ascending; empty if there is no ledger. Of a run that is under way: state "running", at_work its pid.
  std::vector<migration::recorded> read();
  // For a plan, where progress is settled and stays so: under the run lock. Of migrations that are not half-way no more
  // than their state and their files.
  std::vector<migration::recorded> read_settled();

  // The session is known from then on as the one of that run, for as long as it lives.
  void start_run(const run_record &run);
  // Returns why it could not keep the stats with it, if so: what became of the run is recorded all the same.
  std::string finish_run(const std::string &run, const run_end &end);
  // What handlers did, and the migrations whose handlers after COMMIT were called. Waits neither for the server's
  // answer, which is for hook_calls_written() to read, nor for its disk: a server that crashes within the next moment
  // may forget it, and then those are not known to have run.
  void add_hook_calls(const std::string &run, const std::vector<hook_call> &calls,
                      const std::vector<migration::version> &paid);
  void hook_calls_written() { c_->answer(); }
  std::size_t count_hook_calls(const std::string &run);
  // The same without rows, which would move a sequence, in a transaction that is to be rolled back. `any`: there would
  // be some.
  void rehearse_hook_calls_in(postgres::connection &session, const std::string &run, bool any,
                              const std::vector<migration::version> &paid) const;
  // Of what was not run, or failed, on any session. Throws ledger_conflict, with nothing written, if the migration's
  // state is no longer what the event says it was before: another run was there.
  void add_event_in(postgres::connection &session, const std::string &run, const migration_event &event);
  // The same in a transaction that is to be rolled back; no sequence is moved. `ordinal` is the event's in its run.
  void rehearse_event_in(postgres::connection &session, const std::string &run, const migration_event &event,
                         std::size_t ordinal) const;
  // As add_event_in, for a migration that is done, as one statement without parameters, to be sent with others whatever
  // search_path is: what must not be written makes it fail, and why_refused() tells of which kind that was.
  std::string event_sql(const std::string &run, const migration_event &event, const objections &all) const;
  static refusal why_refused(const postgres::server_error &e);
  // Says that the ledger is not as it was when the event's run was planned, or that its tables refuse the row.
  [[noreturn]] static void not_taken(const migration_event &event);
  // Whether that event is there.
  bool has_event(postgres::connection &session, const std::string &run, const migration_event &event);

  // Whether there is anything to settle: progress, or an open end. Cheaper than to look for them.
  bool left_unsettled();
  std::vector<open_end> open_ends();
  // They were reported: runs without an end get outcome "lost", owed handlers are forgotten.
  void settle_open_ends();
  // The same in the transaction that `session` is in, which is to be rolled back.
  void settle_open_ends_in(postgres::connection &session) const;

  // repair: the state of one migration, and the checksums it is held against. What a run did to a migration without
  // running it is a line of the run's.
  void set_state(const migration::version &id, const std::string &state);
  // Of a migration without a transaction: its first `done` statements are in the database, nothing of the next one is.
  void set_stop(const migration::version &id, std::uint32_t done, const std::string &done_checksum);
  void add_remark(const std::string &run, const migration::recorded &about, const std::string &outcome,
                  const std::string &message);
  void set_checksums(const migration::version &id, const migration::checksums &files);

  std::vector<run_summary> runs(std::uint32_t most);
  // Rows as JSON text: {"run": {…}, "migrations": […], "hook_calls": […]}; nullopt if there is no such run. `id` may be
  // an unambiguous beginning of one.
  std::optional<std::string> run_as_json(const std::string &id);

private:
  void forget_session(const migration::version &id); // what it was set to when it stopped half-way
  void set_end(const std::string &run, const run_end &end);
  std::optional<int> read_version();
  std::vector<migration::recorded> read_rows();
  void require_upgradable();
  std::vector<open_end> read_open_ends();
  std::string table(std::string_view name) const;
  std::string hook_calls_sql(const std::string &run, bool any, const std::vector<migration::version> &paid) const;
  std::string ddl(postgres::connection &session, int have) const;
  std::string parametric_event_sql(bool is_known, std::string_view ordinal) const;
  void put_event(postgres::connection &session, const std::string &run, const migration_event &event,
                 std::string_view ordinal) const;
  postgres::connection *c_;
  std::optional<int> version_;     // once it is known; nobody else changes it under the run lock
  std::string every_table() const; // "…", "…"

  std::string schema_;
};

} // namespace davit::ledger
