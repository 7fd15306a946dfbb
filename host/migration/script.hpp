// One SQL file: its bytes, its checksum, its directives and its statements.
#pragma once

#include "base/error.hpp"
#include "sql/statement_kind.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace davit::migration {

struct statement {
  std::string_view text;      // as psql sends it, but with its blank lines: a slice of script::bytes
  std::string_view copy_data; // the lines after COPY … FROM stdin, without the terminating \.
  sql::statement_kind kind;
  std::uint32_t line;   // of its first character, from 1
  std::uint32_t column; // in characters, from 1
};

struct script {
  std::filesystem::path file;
  std::string bytes;                 // the views of `statements` point into it: a script can be moved, not copied
  std::string checksum;              // SHA-256 of `bytes`, 64 lower-case hexadecimal digits
  std::vector<statement> statements; // without those that are only comments, or nothing

  // By directive, or because a statement can run no other way. The reason is "-- davit: no-transaction", or the
  // statement: "CREATE INDEX CONCURRENTLY at line 3".
  bool no_transaction = false;
  std::string no_transaction_reason;

  // The first statement was a plain BEGIN, the last a plain COMMIT: both are left out, davit's own take their place.
  bool wrapped = false;

  script() = default;
  script(script &&) noexcept = default;
  script &operator=(script &&) noexcept = default;
};

// Reads and splits a file. Throws error_code::migration_file if it cannot be read, migration_syntax with
// file:line:column and an excerpt for unterminated constructs, psql meta-commands, unknown or misplaced directives, and
// transaction control that the file's mode does not allow.
script read_script(const std::filesystem::path &file);

// The same for bytes in memory; `file` is only named in errors.
script parse_script(const std::filesystem::path &file, std::string bytes);

// SHA-256 of the first `count` statements with their data: what a file that is resumed must not have changed. Comments
// and blank lines between them count for nothing.
std::string checksum_of_first(const script &s, std::size_t count);

// The same for every count, in one pass.
class beginning_checksums {
public:
  explicit beginning_checksums(const script &s);
  // `count` above that of the statements means all of them.
  const std::string &of_first(std::size_t count) const;

private:
  std::vector<std::string> all_;
};

// Where character `position` (from 1, as PostgreSQL counts) of a statement stands in its file; 0: its first word,
// behind the comments that belong to it.
place place_in(const script &s, const statement &st, std::uint32_t position);

// The source line of `where` and a caret line below it, tabs kept aligned; empty if there is no such line.
std::string excerpt(const script &s, const place &where);

} // namespace davit::migration
