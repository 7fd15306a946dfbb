// The fenced code blocks of a Markdown file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace davit::test {

struct block {
  std::string language; // "sh", "toml", …
  std::string file;     // the second word of the fence: where the text belongs; may be empty
  std::string text;
};

std::vector<block> blocks_of(std::string_view markdown);

} // namespace davit::test
