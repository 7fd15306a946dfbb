#include "config/complaint.hpp"

#include "base/file.hpp"
#include "config/open_value.hpp"

#include <algorithm>
#include <system_error>

namespace davit::config {
namespace {

std::string_view line_of(std::string_view source, std::uint32_t line) {
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  for (std::uint32_t i = 1; i < line; ++i) {
    const auto newline = source.find('\n');
    if (newline == std::string_view::npos) return {};
    source.remove_prefix(newline + 1);
  }
  auto text = source.substr(0, source.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Byte offset of a column, at most one past the end.
std::size_t offset_of(std::string_view line, std::uint32_t column) {
  std::size_t at = 0;
  for (std::uint32_t i = 1; i < column && at < line.size(); ++i) {
    ++at;
    while (at < line.size() && continues_character(line[at])) ++at;
  }
  return at;
}

std::string blank(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (!continues_character(c)) out += c == '\t' ? '\t' : ' ';
  return out;
}

// Whether the line belongs to a value whose key, which would tell that it is secret, stands on an earlier one.
bool may_be_secret(std::string_view source, std::uint32_t line, hide what) {
  const auto open = value_open_at(source, line);
  if (!open) return false;
  const auto first = line_of(source, open->from_line);
  return open->text || what == hide::all || mask_secrets(first).text != first;
}

} // namespace

std::string excerpt(std::string_view source, const place &where, hide what) {
  if (where.line == 0) return {};
  const auto line = line_of(source, where.line);
  if (line.empty() || may_be_secret(source, where.line, what)) return {};
  const auto masked = mask_secrets(line, offset_of(line, where.column), what);
  if (where.column == 0) return masked.text;
  return masked.text + "\n" + blank(std::string_view(masked.text).substr(0, masked.offset)) + "^";
}

place within_line(std::string_view source, place where) {
  const auto line = line_of(source, where.line);
  const auto characters =
      line.size() - static_cast<std::size_t>(std::count_if(line.begin(), line.end(), continues_character));
  where.column = std::min(where.column, static_cast<std::uint32_t>(characters) + 1);
  return where;
}

error complaint(error_code code, const place &where, std::string_view message, std::string_view hint, hide what) {
  // A misplaced URL may have come in as a quoted value.
  error problem(code, mask_secrets(message).text, mask_secrets(hint).text, where);
  try {
    problem.excerpt = excerpt(read_file(where.file), where, what);
  } catch (const std::system_error &) {
    // The file has gone since it was parsed: the complaint says what is wrong without its line.
  }
  return problem;
}

} // namespace davit::config
