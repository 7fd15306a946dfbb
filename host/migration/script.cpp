#include "migration/script.hpp"

#include "base/file.hpp"
#include "base/sha256.hpp"
#include "migration/directives.hpp"
#include "migration/text_position.hpp"
#include "migration/transaction_mode.hpp"
#include "sql/split.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>
#include <system_error>

namespace davit::migration {
namespace {

[[noreturn]] void fail(const script &s, std::size_t text_begin, const sql::problem &problem) {
  const auto at = text_cursor(s.bytes, text_begin).advance_to(problem.offset);
  error e(error_code::migration_syntax, problem.message, problem.hint, {s.file.string(), at.line, at.column});
  e.excerpt = excerpt(s, e.where);
  throw e;
}

} // namespace

script read_script(const std::filesystem::path &file) {
  try {
    return parse_script(file, read_file(file));
  } catch (const std::system_error &e) {
    throw error(error_code::migration_file, "cannot read " + file.string() + ": " + e.code().message(),
                hint_about_files(e.code(), "davit reads every file of a migration before it runs any"),
                {file.string()});
  }
}

script parse_script(const std::filesystem::path &file, std::string bytes) {
  script s;
  s.file = file;
  s.bytes = std::move(bytes);
  s.bytes.reserve(64); // on the heap, where a move does not change the address of the characters
  s.checksum = sha256_hex(s.bytes);

  const std::size_t text_begin = std::string_view(s.bytes).starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  const auto text = std::string_view(s.bytes).substr(text_begin);
  const auto split = sql::split(text);
  const auto fail_in_text = [&](sql::problem problem) {
    problem.offset += text_begin;
    fail(s, text_begin, problem);
  };
  if (split.first_problem) fail_in_text(*split.first_problem);
  const auto directives = read_directives(text, split);
  if (directives.first_problem) fail_in_text(*directives.first_problem);

  text_cursor cursor(s.bytes, text_begin);
  for (const auto &[statement_text, copy_data, kind] : split.statements) {
    if (kind == sql::statement_kind::empty) continue; // the server would do nothing
    const auto at = cursor.advance_to(static_cast<std::size_t>(statement_text.data() - s.bytes.data()));
    s.statements.push_back({statement_text, copy_data, kind, at.line, at.column});
  }
  if (const auto problem = settle_transaction_mode(s, directives.no_transaction)) fail(s, text_begin, *problem);
  return s;
}

beginning_checksums::beginning_checksums(const script &s) {
  sha256 sum;
  all_.reserve(s.statements.size() + 1);
  all_.push_back(sum.hex());
  constexpr std::string_view end("\0", 1);
  for (const auto &st : s.statements) {
    // Comments before the first word are part of the text.
    sum.add(st.text.substr(sql::token_reader(st.text).offset()));
    sum.add(end);
    sum.add(st.copy_data);
    sum.add(end);
    all_.push_back(sum.hex());
  }
}

const std::string &beginning_checksums::of_first(std::size_t count) const {
  return all_[std::min(count, all_.size() - 1)];
}

std::string checksum_of_first(const script &s, std::size_t count) { return beginning_checksums(s).of_first(count); }

} // namespace davit::migration
