#include "support/on_terminal.hpp"

namespace davit::test {
namespace {

std::string quoted(const std::string &word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

} // namespace

bool gives_out_terminals() { return run({{"script", "-qec", "true", "/dev/null"}}).exit_code == 0; }

program on_terminal(program what, int columns) {
  std::string line = "stty cols " + std::to_string(columns) + " rows 24; exec";
  for (const auto &word : what.argv) line += " " + quoted(word);
  what.argv = {"script", "-qec", line, "/dev/null"};
  return what;
}

} // namespace davit::test
