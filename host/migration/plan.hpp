// What a run would do: the folder held against the ledger.
#pragma once

#include "migration/files.hpp"
#include "migration/script.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace davit::migration {

// What the session of a migration that stopped half-way was set to; empty: it was not asked.
struct kept_settings {
  std::string json;
  std::uint32_t after = 0; // so many statements
};

// A migration as the ledger has it.
struct recorded {
  version id;
  std::string name;
  std::string state; // "applied", "reverted", "partial", "resumable"; "running" while somebody is at it
  std::string up_checksum, down_checksum, verify_checksum; // empty: there was no such file
  std::string applied_at, applied_by, run;
  std::int64_t duration_us = 0;
  std::uint32_t statements_done = 0;  // of a partial or resumable one
  bool up = true;                     // which of its files was run last
  bool baselined = false;             // recorded as applied without being run
  std::string done_checksum;          // of those statements; empty: not known
  std::uint32_t statements_begun = 0; // above statements_done: how much of the next one was done is not known
  std::string begun_checksum;         // of those that were begun; empty: not known
  bool unsettled = false;             // its run has written down no end of it
  std::string at_work;                // "running": who is at it
  kept_settings session;              // of a partial or resumable one
  bool begun_failed = false; // the server has said so of what was begun: it may be done in part, but not as a whole
  std::string begun_as;      // of a partial or resumable one: the role that its session began as; empty: not known

  bool next_unsure() const { return statements_begun > statements_done; }

  std::string title() const;    // "0012_add_email", or "0012" without a name
  std::string file() const;     // "up" or "down": the one that was run last
  std::string progress() const; // of one that is running: "3 statements of its up file done so far"
  // Of a partial or resumable one: "stopped after statement 2"; and what is in the database, of `all` statements if
  // that is known.
  std::string stop() const;
  std::string how_far(std::size_t all = 0) const;
  std::string unsure() const; // where next_unsure(): "statement 3"
};

struct step {
  migration_files files;
  bool up = true;
  std::uint32_t skip_statements = 0;  // a partial migration goes on after these
  std::uint32_t begun_statements = 0; // above skip_statements: how much of those behind them was done is not known
  std::string begun_checksum;         // of what was begun as it was; empty: not known
  std::string recorded_state;         // what the ledger had when this was planned; empty: nothing
  kept_settings session;              // what it goes on with
  std::string stopped_as = {};        // the role that was connected
  bool begun_failed = false;          // what was begun has failed, as in recorded
  std::string stopped_in = {};        // the run
  std::string begun_as = {};          // as in recorded

  // Behind a stop, or with the statement that may have been done.
  bool goes_on() const { return skip_statements > 0 || perhaps_more(); }
  bool perhaps_more() const { return begun_statements > skip_statements; }
};

// What goes on behind a stop goes on statement by statement, whatever its file says now.
void go_on(script &s, const step &how);

struct up_options {
  std::optional<version> to;          // the last one to apply
  std::optional<std::uint32_t> steps; // at most so many
  bool out_of_order = false;
};

struct down_options {
  std::optional<version> to; // the last one to keep; revert all that are above
  std::uint32_t steps = 1;   // without `to`
};

// Checksums of a migration's files as they are now; empty for files that are not there. Throws migration_file.
struct checksums {
  std::string up, down, verify;
};
checksums checksums_of(const migration_files &files);
// The same, where some of them were read already; pointers may be null.
checksums checksums_of(const migration_files &files, std::initializer_list<const script *> read);

enum class change { file_changed, file_removed, file_added };

struct difference {
  recorded migration;
  std::string file; // the one concerned: path, or the title if all of it is gone
  change what;
  bool all_gone = false; // the migration has no files any more

  std::string text() const;   // "FILE was changed", "… is gone", "… was added"
  std::string advice() const; // what to do, where it is no file_added
};

// Applied migrations whose files are not what the ledger has, ascending.
std::vector<difference> differences(const folder &files, const std::vector<recorded> &ledger);

// Throws checksum_changed for those, but not for added files: what was applied is still what it was.
void refuse_differences(const folder &files, const std::vector<recorded> &ledger);

struct misplaced {
  const migration_files *files; // of the folder that was asked about
  std::string text;             // "… is pending, but … is applied already"
};

// Pending migrations below one that is there: plan_up refuses them unless `out_of_order`. Ascending.
std::vector<misplaced> out_of_order(const folder &files, const std::vector<recorded> &ledger);

// Steps in the order they are to run. Throw davit::error: checksum_changed, out_of_order, partly_applied, irreversible,
// migration_version.
std::vector<step> plan_up(const folder &files, const std::vector<recorded> &ledger, const up_options &options);
std::vector<step> plan_down(const folder &files, const std::vector<recorded> &ledger, const down_options &options);

} // namespace davit::migration
