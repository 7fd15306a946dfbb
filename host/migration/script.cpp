#include "migration/script.hpp"

#include "base/file.hpp"
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
                "davit reads every file of a migration before it runs any", {file.string()});
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

std::string checksum_of_first(const script &s, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < std::min(count, s.statements.size()); ++i) {
    const auto &st = s.statements[i];
    // Comments before the first word are part of the text.
    all += st.text.substr(sql::token_reader(st.text).offset());
    all += '\0';
    all += st.copy_data;
    all += '\0';
  }
  return sha256_hex(all);
}

} // namespace davit::migration
