// When a row is written: the two ways to keep the log.
#pragma once

#include "audit_table.hpp"
#include "settings.hpp"

#include <davit/plugin.hpp>

#include <optional>

namespace audit_log {

// In the migration's transaction: the row is there exactly if the migration is. A failure gets a row of its own after
// the rollback.
class transaction_recorder {
public:
  explicit transaction_recorder(const settings &s) : table_(s.table, s.create_table) {}
  void done(davit::context &cx) const;
  void failed(davit::context &cx) const;

private:
  audit_table table_;
};

// On the side connection: the row is there before the migration starts, and is completed afterwards.
class side_recorder {
public:
  explicit side_recorder(const settings &s) : table_(s.table, s.create_table) {}
  void started(davit::context &cx);
  void committed(davit::context &cx);
  void failed(davit::context &cx);
  void run_failed(davit::context &cx); // completes a row that was left open

private:
  struct open_row {
    std::int64_t id;
    bool up;
    std::int64_t committed_before; // migrations of this run
    std::optional<outcome> known;  // what it was to be completed with, if that did not succeed
  };
  void complete(davit::context &cx, outcome o);

  audit_table table_;
  std::optional<open_row> open_;
};

} // namespace audit_log
