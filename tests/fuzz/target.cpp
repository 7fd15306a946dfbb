#include "fuzz/target.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace davit::fuzz {
namespace {

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string_view without_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

} // namespace

std::string text_of(const std::uint8_t *data, std::size_t size) {
  std::string text(reinterpret_cast<const char *>(data), size);
  text.shrink_to_fit();
  return text;
}

void require(bool kept, std::string_view promise) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

place place_of(std::string_view text, std::size_t offset) {
  const auto mark = text.size() - without_mark(text).size();
  const auto before = without_mark(text).substr(0, std::max(offset, mark) - mark);
  const auto line_begin = before.rfind('\n') + 1; // npos + 1 is 0
  return {{},
          static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1),
          static_cast<std::uint32_t>(characters(before.substr(line_begin)) + 1)};
}

void require_inside(const place &where, const std::string &file, std::string_view text) {
  require(where.file == file, "an error names the file");
  if (where.line == 0) return require(where.column == 0, "a place without a line has no column");
  auto rest = without_mark(text);
  for (std::uint32_t line = 1; line < where.line; ++line) {
    const auto end = rest.find('\n');
    require(end != std::string_view::npos, "an error's line is in the file");
    rest.remove_prefix(end + 1);
  }
  const auto line = rest.substr(0, rest.find('\n'));
  // Toml++ counts a stray continuation byte as nothing, so does davit; the line end may be named as well.
  require(where.column <= characters(line) + 1, "an error's column is in its line");
}

} // namespace davit::fuzz
