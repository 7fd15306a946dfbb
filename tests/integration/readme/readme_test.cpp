// README.md, read as a new user reads it: every file is written, every command is run, in the order written.
#include "base/file.hpp"
#include "plugin/phases.hpp"
#include "support/markdown.hpp"
#include "support/paths.hpp"
#include "support/program.hpp"
#include "support/temp_folder.hpp"
#include "support/test_database.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string readme() { return davit::read_file(source_root() / "README.md"); }

// What a new user does, with what this build made in place of what quickstart makes.
std::string script_of(std::vector<block> blocks) {
  // quickstart installs packages and builds: tests/run begins with it, and no test here could.
  std::erase_if(blocks, [](const block &b) { return b.text.find("host/quickstart") != std::string::npos; });
  std::string script = as_script(blocks);
  const std::string from = "build/release";
  const std::string to = DAVIT_TEST_BUILD; // may hold `from` itself
  for (std::size_t at = 0; (at = script.find(from, at)) != std::string::npos; at += to.size())
    script.replace(at, from.size(), to);
  return script;
}

} // namespace

TEST_CASE("every command of the README works, in the order written") {
  const temp_folder home;
  const auto blocks = blocks_of(readme());
  REQUIRE(blocks.size() > 10);
  for (const auto &b : blocks)
    CHECK_MESSAGE((b.language == "sh" || !b.file.empty()), "a block that nobody runs: " << b.text);
  program bash{{"bash", "-c", script_of(blocks)}};
  bash.cwd = home.path(); // not the source tree: the README writes files
  bash.environment = {{"HOME", home.path().string()},
                      {"PGHOST", server().folder().string()},
                      {"PGUSER", "postgres"},
                      {"DAVIT_DATABASE_URL", std::nullopt},
                      {"DAVIT_ENVIRONMENT", std::nullopt}};
  const outcome o = run(bash);
  CAPTURE(o.out);
  CAPTURE(o.err);
  CHECK(o.exit_code == 0);
  CHECK(o.out.find("users has too many rows: 3") == std::string::npos); // that is an error, and errors are on stderr
  CHECK(o.err.find("users has too many rows: 3") != std::string::npos);
}

TEST_CASE("the plugin in the README has no more than fifteen lines") {
  for (const auto &b : blocks_of(readme()))
    if (b.file == "row_guard.cpp") CHECK(std::count(b.text.begin(), b.text.end(), '\n') <= 15);
}

TEST_CASE("the README's phases are those of the table") {
  std::string rows;
  for (const auto &p : davit::plugin::phases())
    rows += "| `" + std::string(p.name) + "` | " + std::string(p.fires) + " | " +
            (p.connection == davit::plugin::phase_connection::TX ? "in tx" : "run session") + " | " +
            std::string(p.on_failure) + " |\n";
  CHECK_MESSAGE(readme().find(rows) != std::string::npos, "the table should be:\n" << rows);
}

TEST_CASE("the README's exit codes are those of the table") {
  std::string rows;
#define DAVIT_EXIT(number, name, meaning) rows += "| " #number " | " meaning " |\n";
#define DAVIT_EXIT_BY_SIGNAL(number, meaning) rows += "| " number " | " meaning " |\n";
#include "base/exit_codes.def"
  CHECK_MESSAGE(readme().find(rows) != std::string::npos, "the table should be:\n" << rows);
}
