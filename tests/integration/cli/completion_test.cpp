// davit completion: the scripts as shells run them.
#include "shell.hpp"

#include "support/paths.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace davit::test;

namespace {

std::string script(const std::string &shell) {
  const auto made = run({.argv = {davit_program().string(), "completion", shell}});
  REQUIRE(made.exit_code == 0);
  REQUIRE(made.err.empty());
  return made.out;
}

// What bash offers behind these words, the last of which is being typed; sorted as the script has them.
std::vector<std::string> offered(const std::vector<std::string> &words) {
  const temp_folder folder;
  folder.write("davit.bash", script("bash"));
  folder.write("files/shop.toml", "");
  folder.write("files/a folder/x", "");
  std::string line = "source ../davit.bash; COMP_WORDS=(davit";
  for (const auto &w : words) line += " '" + w + "'";
  line += "); COMP_CWORD=" + std::to_string(words.size()) + "; _davit; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const auto ran = run({.argv = {"bash", "--norc", "-uc", line}, .cwd = folder.path() / "files"});
  REQUIRE_MESSAGE(ran.exit_code == 0, ran.err);
  CHECK(ran.err.empty());
  std::vector<std::string> out;
  std::istringstream lines(ran.out);
  for (std::string one; std::getline(lines, one);)
    if (!one.empty()) out.push_back(one);
  return out;
}

using words = std::vector<std::string>;

bool offers(const words &all, const std::string &one) { return std::find(all.begin(), all.end(), one) != all.end(); }

} // namespace

TEST_CASE("bash completes commands and subcommands") {
  CHECK(offered({"stat"}) == words{"status"});
  CHECK(offered({"plugin", "ins"}) == words{"inspect"});
  CHECK(offered({"--json", "-c", "up", "his"}) == words{"history"}); // `up` is a file's name here
  const auto all = offered({""});
  for (const auto *name : {"up", "baseline", "plugin", "completion"}) CHECK_MESSAGE(offers(all, name), name);
  CHECK(offered({"up", "st"}).empty());
}

TEST_CASE("bash completes the options of the command and those of every command") {
  CHECK(offered({"up", "--out"}) == words{"--out-of-order"});
  CHECK(offered({"status", "--out"}).empty());
  CHECK(offered({"repair", "7", "--rev"}) == words{"--reverted"});
  for (const auto *command : {"", "down", "history"}) {
    CAPTURE(command);
    CHECK(offered(*command ? words{command, "--js"} : words{"--js"}) == words{"--json"});
  }
}

TEST_CASE("bash completes fixed values, files and folders, and offers nothing where it knows nothing") {
  CHECK(offered({"completion", ""}) == words{"bash", "zsh", "fish"});
  CHECK(offered({"explain", "out_"}) == words{"out_of_order"});
  CHECK(offered({"--config", "sh"}) == words{"shop.toml"});
  CHECK(offered({"status", "--config", "=", "sh"}) == words{"shop.toml"});
  CHECK(offered({"plugin", "inspect", "a"}) == words{"a folder"});
  CHECK(offered({"init", ""}) == words{"a folder"});
  CHECK(offered({"up", "--to", ""}).empty());
  CHECK(offered({"up", "--to", "3", "--ste"}) == words{"--steps"});
}

// The option tree is the parser's own, so every option that --help shows has to be there.
TEST_CASE("every option of every command's --help is in each script") {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    CAPTURE(shell);
    const auto text = script(shell);
    std::size_t seen = 0;
    for (const std::vector<std::string> &command : {words{"up"},
                                                    {"down"},
                                                    {"repair"},
                                                    {"new"},
                                                    {"plan"},
                                                    {"history"},
                                                    {"verify"},
                                                    {"status"},
                                                    {"plugin", "list"}}) {
      auto argv = command;
      argv.insert(argv.begin(), davit_program().string());
      argv.emplace_back("--help");
      std::istringstream help(run({.argv = argv}).out);
      for (std::string line; std::getline(help, line);) {
        const auto at = line.find("--");
        if (!line.starts_with("  -") || at == std::string::npos) continue;
        const auto word = line.substr(at, line.find_first_of(" ,", at) - at);
        CAPTURE(word);
        CHECK(has(text, shell == "fish" ? "-l " + word.substr(2) : word));
        ++seen;
      }
    }
    CHECK(seen > 20);
  }
}

TEST_CASE("shells find nothing wrong with their script") {
  const temp_folder folder;
  bool any = false;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    if (run({.argv = {"bash", "-c", "command -v " + shell}}).exit_code != 0) continue;
    any = true;
    const auto file = folder.write("davit." + shell, script(shell));
    const auto checked = run({.argv = {shell, "-n", file.string()}});
    CHECK_MESSAGE(checked.exit_code == 0, checked.err);
  }
  CHECK(any);
}
