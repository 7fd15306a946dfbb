#include "cli/shortened.hpp"

#include "cli/terminal.hpp"

namespace davit::cli {

std::string shortened(std::string_view sql, std::size_t most) {
  std::string out;
  for (const char c : sql) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    const bool begins_character = (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    if (out.size() >= most && begins_character) return printable(out) + "…";
    out += blank ? ' ' : c;
  }
  return printable(out);
}

} // namespace davit::cli
