#include "migration/directives.hpp"

#include "base/nearest.hpp"
#include "sql/characters.hpp"

#include <algorithm>
#include <string>

namespace davit::migration {
namespace {

constexpr std::string_view no_transaction = "no-transaction";
constexpr std::string_view known[] = {no_transaction};

std::string_view trim(std::string_view text) {
  while (!text.empty() && sql::is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && sql::is_space(text.back())) text.remove_suffix(1);
  return text;
}

// What follows "-- davit:" in the comment, in any case and spacing: a directive that is only passed over because of a
// capital letter would be a trap.
std::optional<std::string_view> directive_in(std::string_view comment) {
  constexpr std::string_view keyword = "davit";
  comment = trim(comment.substr(2));
  if (!sql::equals_keyword(comment.substr(0, keyword.size()), keyword)) return std::nullopt;
  comment = trim(comment.substr(keyword.size()));
  if (!comment.starts_with(':')) return std::nullopt;
  return trim(comment.substr(1));
}

} // namespace

directives read_directives(std::string_view text, const sql::split_result &split) {
  directives found;
  for (const auto comment : split.line_comments) {
    const auto directive = directive_in(comment);
    if (!directive) continue;
    const auto offset = static_cast<std::size_t>(comment.data() - text.data());
    const auto quoted = "directive '" + std::string(*directive) + "'";
    if (std::find(std::begin(known), std::end(known), *directive) == std::end(known)) {
      found.first_problem = {offset, "unknown " + quoted, did_you_mean(*directive, known)};
      return found;
    }
    if (offset > split.first_token) {
      found.first_problem = {offset, quoted + " after the first statement",
                             "directives hold for the whole file: move it above the first statement"};
      return found;
    }
    found.no_transaction = true;
  }
  return found;
}

} // namespace davit::migration
