#include "code_blocks.hpp"

#include <sstream>
#include <stdexcept>

namespace {

constexpr std::string_view fence = "```";

// "path" of "// path", "# path" or "/* path */"; a comment of several words is prose.
std::string file_named_by(const std::string &line) {
  std::istringstream in(line);
  std::string opening, path, rest;
  in >> opening >> path >> rest;
  const bool is_comment = opening == "//" || opening == "#" || opening == "/*";
  const bool ends_there = rest == (opening == "/*" ? "*/" : "");
  return is_comment && ends_there ? path : std::string();
}

} // namespace

std::vector<code_block> code_blocks(std::string_view markdown) {
  std::vector<code_block> blocks;
  std::istringstream in{std::string(markdown)};
  std::string line;
  std::size_t number = 0;
  bool inside = false;
  while (std::getline(in, line)) {
    ++number;
    if (line.rfind(fence, 0) == 0) {
      inside = !inside;
      if (inside) blocks.push_back({line.substr(fence.size()), {}, {}, number});
    } else if (inside) {
      code_block &block = blocks.back();
      if (block.text.empty()) block.file = file_named_by(line);
      block.text += line + '\n';
    }
  }
  if (inside) throw std::runtime_error("the block of line " + std::to_string(blocks.back().line) + " is not closed");
  return blocks;
}
