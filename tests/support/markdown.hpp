// The fenced code blocks of a Markdown file, and what a reader who follows them does.
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

// The blocks as one script for bash, in their order: those that name a file write it, those in "sh" are run. It ends
// at the first command that fails, and shows on stderr what it runs.
std::string as_script(const std::vector<block> &blocks);

} // namespace davit::test
