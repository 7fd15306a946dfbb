#include "blocks.hpp"

#include <sstream>

namespace davit::test {

std::vector<block> blocks_of(std::string_view markdown) {
  std::vector<block> out;
  std::istringstream lines{std::string(markdown)};
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      if (!inside) {
        std::istringstream words(line.substr(3));
        words >> out.emplace_back().language >> out.back().file;
      }
      inside = !inside;
    } else if (inside) {
      out.back().text += line + "\n";
    }
  }
  return out;
}

} // namespace davit::test
