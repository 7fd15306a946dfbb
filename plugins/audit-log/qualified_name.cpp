#include "qualified_name.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace audit_log {
namespace {

constexpr std::size_t longest_identifier = 63; // bytes; the server would cut a longer one off without an error

bool is_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_part(char c) { return is_start(c) || (c >= '0' && c <= '9') || c == '$'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string take_quoted(std::string_view &rest) {
  std::string part;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      const bool doubled = i + 1 < rest.size() && rest[i + 1] == '"';
      if (!doubled) {
        rest.remove_prefix(i + 1);
        return part;
      }
      ++i;
    }
    part += rest[i];
  }
  throw std::invalid_argument("a double quote is not closed");
}

std::string take_plain(std::string_view &rest) {
  if (rest.empty() || !is_start(rest.front()))
    throw std::invalid_argument("a name must start with a letter or an underscore, or be in double quotes");
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_part);
  std::string part(rest.begin(), end);
  std::transform(part.begin(), part.end(), part.begin(), lower);
  rest.remove_prefix(part.size());
  return part;
}

std::string quote(const std::string &part) {
  std::string out = "\"";
  for (const char c : part) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

} // namespace

std::string qualified_name::quoted_schema() const { return quote(schema); }
std::string qualified_name::quoted() const { return quoted_schema() + '.' + quote(table); }

qualified_name parse_qualified_name(std::string_view text) {
  std::vector<std::string> parts;
  for (std::string_view rest = text;;) {
    parts.push_back(!rest.empty() && rest.front() == '"' ? take_quoted(rest) : take_plain(rest));
    if (parts.back().empty()) throw std::invalid_argument("a name between double quotes is empty");
    if (parts.back().size() > longest_identifier)
      throw std::invalid_argument("'" + parts.back() + "' is longer than PostgreSQL's 63 bytes");
    if (rest.empty()) break;
    if (rest.front() != '.')
      throw std::invalid_argument(std::string("'") + rest.front() + "' is only possible in double quotes");
    rest.remove_prefix(1);
  }
  if (parts.size() > 2) throw std::invalid_argument("it must be table or schema.table");
  if (parts.size() == 1) parts.insert(parts.begin(), "public");
  return {std::move(parts[0]), std::move(parts[1])};
}

} // namespace audit_log
