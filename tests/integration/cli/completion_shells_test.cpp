// davit completion in zsh and fish: what they offer at a Tab.
#include "shell.hpp"

#include "support/on_terminal.hpp"
#include "support/paths.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

using namespace davit::test;

namespace {

using words = std::vector<std::string>;

class shell_folder {
public:
  explicit shell_folder(const std::string &shell) {
    const auto made = run({.argv = {davit_program().string(), "completion", shell}});
    REQUIRE(made.exit_code == 0);
    folder_.write("davit." + shell, made.out);
    folder_.write("files/shop.toml", "");
    folder_.write("files/a_folder/x", "");
    folder_.write("files/libguard.so", "");
  }
  const std::filesystem::path &path() const { return folder_.path(); }
  void write(const std::string &name, std::string_view text) const { folder_.write(name, text); }

  std::string read(const std::string &name) const { return folder_.read(name); }
  // What `argv` prints.
  std::string printed(const words &argv) const {
    const auto ran = run({.argv = argv,
                          .environment = {{"HOME", path().string()},
                                          {"XDG_CONFIG_HOME", path().string()},
                                          {"XDG_DATA_HOME", path().string()},
                                          {"ZDOTDIR", path().string()},
                                          {"TERM", "xterm"}},
                          .cwd = path() / "files"});
    REQUIRE_MESSAGE(ran.exit_code == 0, ran.err);
    return ran.out;
  }

private:
  temp_folder folder_;
};

// The first of each line, sorted.
words first_words(const std::string &text) {
  std::istringstream lines(text);
  words out;
  for (std::string line; std::getline(lines, line);) out.push_back(line.substr(0, line.find('\t')));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

words in_fish(const std::string &line) {
  const shell_folder f("fish");
  return first_words(
      f.printed({"fish", "--no-config", "-c", "source ../davit.fish; complete --do-complete '" + line + "'"}));
}

// A shell of somebody who types, on a terminal of its own; compadd, by which all of zsh's completion adds what fits, is
// asked for that.
words in_zsh(const std::string &line) {
  const shell_folder f("zsh");
  f.write(".zshrc", R"(autoload -Uz compinit && compinit -u -D
source $ZDOTDIR/davit.zsh
compadd() {
  local -a fits
  [[ " $* " == *' -'[OAD]' '* ]] || builtin compadd -O fits "$@"
  (( $#fits )) && print -rl -- $fits >> $ZDOTDIR/offered
  builtin compadd "$@"
}
tab() { zle list-choices; print -n '<<''listed>>' }
zle -N tab
bindkey '^I' tab
print -n '<<''ready>>'
)");
  f.write("offered", "");
  f.write("type", R"(zmodload zsh/zpty
zpty z zsh --no-global-rcs -i
zpty -r z seen '*<<ready>>*' && zpty -n -w z "$1"$'\t' && zpty -r z seen '*<<listed>>*'
)");
  f.printed({"zsh", "-f", "../type", line});
  return first_words(f.read("offered"));
}

struct row {
  std::string line;
  words offered;
};

const row rows[] = {{"davit stat", {"status"}},
                    {"davit -c shop.toml st", {"status"}},
                    {"davit -e production sta", {"status"}},
                    {"davit --config=shop.toml --json sta", {"status"}},
                    {"davit -c up his", {"history"}}, // `up` is a file's name here
                    {"davit plugin ins", {"inspect"}},
                    {"davit -e production plugin ins", {"inspect"}},
                    {"davit up st", {}},
                    {"davit up --out", {"--out-of-order"}},
                    {"davit -c shop.toml up --out", {"--out-of-order"}},
                    {"davit new up --out", {}}, // a migration of that name
                    {"davit status --out", {}},
                    {"davit repair 7 --rev", {"--reverted"}},
                    {"davit down --js", {"--json"}},
                    {"davit new up --js", {"--json"}},
                    {"davit completion ", {"bash", "fish", "zsh"}},
                    {"davit explain out_", {"out_of_order"}},
                    {"davit explain out_of_order conf", {}},
                    {"davit --config sh", {"shop.toml"}},
                    {"davit status -c sh", {"shop.toml"}},
                    {"davit plugin inspect libg", {"libguard.so"}},
                    {"davit up --to 3 --ste", {"--steps"}},
                    {"davit up --to ", {}}};

bool is_there(const std::string &shell) {
  const bool there = run({.argv = {"sh", "-c", "command -v " + shell}}).exit_code == 0;
  if (!there) MESSAGE("not tested: " << shell << " is not installed");
  return there;
}

} // namespace

TEST_CASE("fish offers what fits the command under way, wherever the options of all commands stand") {
  if (!is_there("fish")) return;
  for (const auto &r : rows) {
    CAPTURE(r.line);
    CHECK(in_fish(r.line) == r.offered);
  }
  const auto folders = in_fish("davit init a_");
  CHECK(folders == words{"a_folder/"});
}

TEST_CASE("zsh offers what fits the command under way, wherever the options of all commands stand") {
  if (!is_there("zsh")) return;
  if (!gives_out_terminals()) {
    WARN_MESSAGE(false, "not tried: no pseudo-terminal is to be had here");
    return;
  }
  for (const auto &r : rows) {
    CAPTURE(r.line);
    CHECK(in_zsh(r.line) == r.offered);
  }
  const auto folders = in_zsh("davit init a_");
  CHECK(folders == words{"a_folder"});
}
