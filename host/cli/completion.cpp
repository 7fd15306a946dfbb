#include "cli/completion.hpp"

#include <algorithm>
#include <iterator>

namespace davit::cli {
namespace {

struct row {
  std::string_view shell;
  std::string (*script)(const command_node &);
};

constexpr row rows[] = {{"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}};

} // namespace

std::vector<std::string> completion_shells() {
  std::vector<std::string> out;
  for (const auto &r : rows) out.emplace_back(r.shell);
  return out;
}

std::string completion_script(std::string_view shell, const command_node &root) {
  const auto *at = std::find_if(std::begin(rows), std::end(rows), [&](const row &r) { return r.shell == shell; });
  return at == std::end(rows) ? std::string() : at->script(root);
}

} // namespace davit::cli
