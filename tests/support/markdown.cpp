#include "support/markdown.hpp"

#include <filesystem>
#include <sstream>

namespace davit::test {
namespace {

std::string writing(const block &b) {
  const auto folder = std::filesystem::path(b.file).parent_path().string();
  return (folder.empty() ? "" : "mkdir -p " + folder + "\n") + "cat >" + b.file + " <<'END OF BLOCK'\n" + b.text +
         "END OF BLOCK\n";
}

} // namespace

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

std::string as_script(const std::vector<block> &blocks) {
  std::string script = "set -e\n";
  for (const auto &b : blocks) {
    if (!b.file.empty())
      script += writing(b);
    else if (b.language == "sh")
      script += "set -x\n" + b.text + "{ set +x; } 2>&-\n";
  }
  return script;
}

} // namespace davit::test
