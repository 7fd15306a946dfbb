// The very indexes that a statement means, as the server reads its names in a session: no other of the same name.
#pragma once

#include "postgres/invalid_indexes.hpp"
#include "sql/index_statement.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::lifecycle {

class index_scope {
public:
  // Of CREATE INDEX CONCURRENTLY and REINDEX … CONCURRENTLY; nothing for any other statement, or where its names are no
  // names to the server or not of anything that is there: then the statement will fail, too. `c` is outside of a
  // transaction, and has the search_path that the statement is to run with, or gets it by `setup` for as long as it is
  // asked.
  static std::optional<index_scope> of(postgres::connection &c, std::string_view statement,
                                       const std::vector<std::string> &setup = {});

  const sql::index_statement &statement() const { return statement_; }
  // The index that it builds and whose name it says.
  bool has_name() const { return !statement_.rebuilds() && !name_.empty(); }
  std::string quoted() const; // where has_name()

  // What it would leave INVALID in failing, as far as that is there; where it does not say a name, all that are INVALID
  // on its table.
  std::vector<postgres::invalid_index> invalid(postgres::connection &c) const;

  // Of its index, where has_name().
  enum class validity { absent, invalid, valid };
  validity state(postgres::connection &c) const;
  // The index of that name that is there, whatever it is, and the table that the statement means.
  struct place {
    std::string schema, table, index;
  };
  place where() const { return {schema_, table_, name_}; }

private:
  struct member {
    std::string table_oid, index;
  };

  explicit index_scope(sql::index_statement s) : statement_(std::move(s)) {}
  bool resolve(postgres::connection &c);
  bool resolve_table(postgres::connection &c, const std::string &name);
  void resolve_rebuilt(postgres::connection &c, const std::string &name);
  bool has(const postgres::invalid_index &one) const;

  sql::index_statement statement_;
  std::string table_oid_, schema_, table_, name_; // of a CREATE
  std::vector<member> rebuilt_;                   // of a REINDEX
};

} // namespace davit::lifecycle
