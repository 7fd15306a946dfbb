// What the SDK's README shows compiles, builds by the commands that it gives, and does what it says.
#include "code_blocks.hpp"
#include "plugin_run.hpp"
#include "support/paths.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace davit::test;

namespace {

std::vector<code_block> readme() {
  const auto file = source_root() / "plugin-sdk/README.md";
  std::ifstream in(file);
  REQUIRE_MESSAGE(in, "cannot read ", file.string());
  std::ostringstream text;
  text << in.rdbuf();
  auto blocks = code_blocks(text.str());
  REQUIRE(blocks.size() > 0);
  return blocks;
}

const code_block &block_of(const std::vector<code_block> &blocks, std::string_view file) {
  for (const code_block &b : blocks)
    if (b.file == file) return b;
  FAIL("the README has no block for " << file);
  throw std::logic_error("unreachable"); // FAIL has thrown, but does not say so to the compiler
}

// The command as a reader would run it who has the SDK where this build has it.
std::string adapted(std::string command) {
  constexpr std::string_view placeholder = "/where/davit/is/installed";
  for (auto at = command.find(placeholder); at != std::string::npos; at = command.find(placeholder, at))
    command.replace(at, placeholder.size(), DAVIT_SDK_STAGE);
  return command;
}

constexpr auto warnings = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror";

void build_as_shown(const std::vector<code_block> &blocks, const project &p) {
  for (const code_block &b : blocks)
    if (!b.file.empty()) p.write(b.file, b.text);
  for (const code_block &b : blocks) {
    if (b.language != "sh") continue;
    const auto result =
        run({.argv = {"sh", "-e", "-c", adapted(b.text)},
             .environment = {{"CFLAGS", warnings}, {"CXXFLAGS", warnings}, {"CMAKE_GENERATOR", "Ninja"}},
             .cwd = p.folder()});
    REQUIRE_MESSAGE(result.exit_code == 0, "line ", b.line, ":\n", result.out, result.err);
  }
}

} // namespace

TEST_CASE("every block of the README is a named file or a command") {
  for (const code_block &b : readme()) {
    const bool is_command = b.language == "sh";
    CHECK_MESSAGE(is_command == b.file.empty(), "line ", b.line, ": ", b.text);
  }
}

TEST_CASE("every source of the README compiles without a warning, with both compilers") {
  const temp_folder folder;
  int compiled = 0;
  for (const code_block &b : readme()) {
    if (b.language != "c" && b.language != "cpp") continue;
    const auto file = folder.write(b.file, b.text);
    const bool is_c = b.language == "c";
    for (const char *compiler :
         {is_c ? DAVIT_TEST_GCC : DAVIT_TEST_GXX, is_c ? DAVIT_TEST_CLANG : DAVIT_TEST_CLANGXX}) {
      const std::string command = std::string(compiler) + (is_c ? " -std=c99 " : " -std=c++17 ") + warnings +
                                  " -fsyntax-only -I" DAVIT_SDK_STAGE "/include '" + file.string() + "'";
      const auto result = run({.argv = {"sh", "-c", command}});
      CHECK_MESSAGE(result.exit_code == 0, "line ", b.line, ":\n", result.err);
      ++compiled;
    }
  }
  CHECK(compiled >= 6);
}

TEST_CASE("the README's plugins are built by its commands, and work under its davit.toml") {
  const auto blocks = readme();
  const project p;
  build_as_shown(blocks, p);
  p.configure(block_of(blocks, "davit.toml").text +
              "\n[[plugins]]\nname = \"size\"\npath = \"database-size/build/libdatabase_size.so\"\n");
  p.database().sql("CREATE TABLE users (id int); INSERT INTO users VALUES (1), (2)");
  p.migration("0001_email.up.sql", "ALTER TABLE users ADD email text;");
  up(p, 0);
  CHECK(calls(p) == "before_ddl check ok 0\npost_execute tell_size ok 0");
  CHECK(reported(p, "row-guard", "check") == "users is small enough");
  CHECK(stat(p, "row-guard/users") == "2");
  CHECK(has(reported(p, "size", "tell_size"), "B")); // kB or MB

  p.database().sql("INSERT INTO users SELECT generate_series(1, 500000)");
  p.migration("0002_phone.up.sql", "ALTER TABLE users ADD phone text;");
  CHECK(has(up(p, 7).err, "users has 500002 rows: migrate it online"));
  CHECK(ledger(p) == "0001 applied");
}
