// The audit table: its columns, and the statements that write to it.
#pragma once

#include "qualified_name.hpp"

#include <davit/plugin.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace audit_log {

struct outcome {
  std::string word; // started, applied, reverted, failed, vetoed, interrupted, deadline
  std::optional<std::string> sqlstate, error;
};

class audit_table {
public:
  audit_table(qualified_name name, bool create) : name_(std::move(name)), create_(create) {}

  std::string quoted() const { return name_.quoted(); }

  // Both write a row of the running migration: "started", without finished_at, to be completed by its id; or how it
  // ended, which takes no right but INSERT. Without the table it is created first, or davit::error if that is not
  // wanted.
  std::int64_t begin(const davit::context &cx, const davit::connection &db) const;
  void record(const davit::context &cx, const davit::connection &db, const outcome &o) const;

  // Completes the row `id`; davit::error if it is gone.
  void finish(const davit::connection &db, std::int64_t id, const outcome &o) const;

  // Changes nothing: davit::error if begin() would fail, for want of the table's schema or of a right.
  void foresee(const davit::connection &db) const;

private:
  [[noreturn]] void refuse_to_create() const;
  void ensure(const davit::connection &db) const;
  davit::result insert(const davit::context &cx, const davit::connection &db, const outcome &o,
                       const std::string &returning) const;

  qualified_name name_;
  bool create_;
};

} // namespace audit_log
