// What needs neither a project nor a database: help, version, explanations, and how wrong usage is refused.
#include "shell.hpp"

#include "support/paths.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace davit::test;

namespace {

// In an empty folder, without anything of the caller's that davit would look at.
outcome bare(std::vector<std::string> arguments) {
  const temp_folder folder;
  arguments.insert(arguments.begin(), davit_program().string());
  return run({.argv = std::move(arguments),
              .environment = {{"DAVIT_DATABASE_URL", {}}, {"DAVIT_ENVIRONMENT", {}}},
              .cwd = folder.path()});
}

const std::vector<std::string> commands{"init",   "new",     "status",   "plan",    "up",
                                        "down",   "verify",  "baseline", "repair",  "completion",
                                        "doctor", "history", "phases",   "explain", "plugin"};

} // namespace

TEST_CASE("--help names every command and every exit code, on stdout") {
  const auto help = bare({"--help"});
  CHECK(help.exit_code == 0);
  CHECK(help.err.empty());
  for (const auto &name : commands) CHECK_MESSAGE(has(help.out, "\n  " + name), name);
  for (const auto code : {"0", "1", "2", "3", "4", "5", "6", "7", "8", "70", "124", "130", "143", "128 + N"})
    CHECK_MESSAGE(has(help.out, std::string(" ") + code + "  "), code);
}

TEST_CASE("every command has its own --help") {
  for (const auto &name : commands) {
    CAPTURE(name);
    const auto help = bare({name, "--help"});
    CHECK(help.exit_code == 0);
    CHECK(has(help.out, "davit " + name));
    CHECK(help.err.empty());
  }
  CHECK(has(bare({"up", "--help"}).out, "--hooks-hint-owner"));
  CHECK(has(bare({"plugin", "inspect", "--help"}).out, "FILE"));
}

TEST_CASE("--version is one line of three numbers") {
  const auto version = bare({"--version"});
  CHECK(version.exit_code == 0);
  CHECK(version.err.empty());
  CHECK(version.out.starts_with("davit "));
  CHECK(std::count(version.out.begin(), version.out.end(), '.') == 2);
  CHECK(version.out.find('\n') == version.out.size() - 1);
}

TEST_CASE("a mistyped command is named, with the one that is meant") {
  CHECK(has(bare({"stauts"}).err, "there is no command 'stauts': did you mean 'status'?"));
  CHECK(has(bare({"-e", "test", "plugin", "lst"}).err, "there is no command 'plugin lst': did you mean 'list'?"));
  CHECK(has(bare({"plugin", "frobnicate"}).err, "'plugin frobnicate': valid are: list, inspect"));
  CHECK_FALSE(has(bare({"up", "extra"}).err, "no command"));
  CHECK_FALSE(has(bare({"plugin"}).err, "no command"));
}

TEST_CASE("wrong usage is refused with 2 on stderr, and as an object on stdout if asked for") {
  const std::vector<std::vector<std::string>> wrong{{},
                                                    {"uo"},
                                                    {"up", "--bogus"},
                                                    {"up", "--steps", "x"},
                                                    {"up", "--steps", "-1"},
                                                    {"up", "--steps", "0"},
                                                    {"plan", "--steps", "0"},
                                                    {"down", "--steps", "0"},
                                                    {"down", "--steps", "1", "--to", "1"},
                                                    {"up", "extra"},
                                                    {"up", "--environment=", "--dry-run"},
                                                    {"down", "-e", "--dry-run"},
                                                    {"up", "--dry-run=no"},
                                                    {"new"},
                                                    {"new", "a", "--timestamp", "--sequential"},
                                                    {"history", "--limit", "0"},
                                                    {"explain", "nothing"},
                                                    {"completion"},
                                                    {"completion", "tcsh"},
                                                    {"baseline"},
                                                    {"plugin"},
                                                    {"plugin", "inspect"},
                                                    {"repair", "--resume"},
                                                    {"repair", "1", "--resume", "--applied"},
                                                    {"repair", "1", "--accept-files"},
                                                    {"repair", "1", "--accept-files", "--applied"}};
  for (auto arguments : wrong) {
    std::string line;
    for (const auto &word : arguments) line += word + " ";
    CAPTURE(line);
    const auto text = bare(arguments);
    CHECK(text.exit_code == 2);
    CHECK(text.out.empty());
    CHECK_FALSE(text.err.empty());

    arguments.emplace_back("--json");
    const auto object = bare(arguments);
    CHECK(object.exit_code == 2);
    const json answer(object.out);
    CHECK(answer.integer("/schema_version") == 1);
    CHECK_FALSE(answer.boolean("/ok"));
    CHECK(answer.integer("/exit_code") == 2);
    CHECK(answer.text("/error/code") == "usage");
    CHECK_FALSE(answer.text("/error/message").empty());
  }
}

TEST_CASE("explain tells of every code it lists") {
  const auto listed = bare({"explain"});
  CHECK(listed.exit_code == 0);
  const json all(bare({"explain", "--json"}).out);
  REQUIRE(all.size("/codes") > 40);
  for (std::size_t i = 0; i < all.size("/codes"); ++i) {
    const auto one = all.at("/codes/" + std::to_string(i));
    const auto code = one.text("/code");
    CAPTURE(code);
    CHECK(has(listed.out, "\n" + code) != (i == 0));
    const auto text = bare({"explain", code});
    CHECK(text.exit_code == 0);
    for (const auto part : {"/meaning", "/state", "/what_to_do"}) CHECK(has(text.out, one.text(part)));
  }
  CHECK(has(bare({"explain", "6"}).out, "checksum_changed"));
  CHECK_FALSE(has(bare({"explain", "4"}).out, "signature")); // nothing checks one
  const json object(bare({"explain", "irreversible", "--json"}).out);
  CHECK(object.integer("/exit_code") == 6);
  CHECK(has(object.text("/causes"), "without a down file"));
}

TEST_CASE("explain knows what a shell makes of an end by a signal, for all that are no exit codes of davit's own") {
  const struct {
    std::string code, meaning, remedy;
  } rows[] = {{"139", "SIGSEGV: a crash, of a plugin or of davit", "name the plugin, handler and phase"},
              {"134", "SIGABRT: a crash, of a plugin or of davit", "take it out of davit.toml"},
              {"137", "SIGKILL", "memory had run out"},
              {"138", "SIGUSR1", "somebody sent it from outside"},
              {"129", "SIGHUP", "somebody sent it from outside"}};
  for (const auto &row : rows) {
    CAPTURE(row.code);
    const auto text = bare({"explain", row.code});
    CHECK(text.exit_code == 0);
    CHECK(has(text.out, "Exit code " + row.code + ": davit was ended by " + row.meaning + ".\n"));
    CHECK(has(text.out, row.remedy));
    const json object(bare({"explain", row.code, "--json"}).out);
    CHECK(object.integer("/exit_code") == std::stoi(row.code));
    CHECK(has(object.text("/what_to_do"), row.remedy));
  }
  CHECK(has(bare({"explain", "143"}).out, "errors:     terminated"));
  CHECK(has(bare({"explain"}).out, "\n128 + N "));
  for (const auto *code : {"128", "193", "-139", "139x", "300", "99999999999"}) {
    CAPTURE(code);
    CHECK(bare({"explain", "--", code}).exit_code == 2);
  }
}

TEST_CASE("explain proposes the nearest code") {
  const auto slip = bare({"explain", "lokced"});
  CHECK(slip.exit_code == 2);
  CHECK(has(slip.err, "did you mean 'locked'?"));
}

TEST_CASE("phases lists the whole lifecycle in text and JSON") {
  const auto text = bare({"phases"});
  CHECK(text.exit_code == 0);
  const json object(bare({"phases", "--json"}).out);
  CHECK(object.integer("/schema_version") == 1);
  std::set<std::string> names;
  for (std::size_t i = 0; i < object.size("/phases"); ++i) {
    const auto phase = object.at("/phases/" + std::to_string(i));
    names.insert(phase.text("/name"));
    CHECK(has(text.out, phase.text("/name")));
    CHECK_FALSE(phase.text("/fires").empty());
    CHECK_FALSE(phase.text("/on_failure").empty());
  }
  for (const auto name : {"startup", "pre_validate", "validated", "pre_execute", "before_validation", "before_ddl",
                          "after_ddl", "after_validation", "cleanup", "post_execute", "on_error", "pre_rollback",
                          "post_rollback", "post_complete", "success", "failure"})
    CHECK_MESSAGE(names.count(name) == 1, name);
}

TEST_CASE("outside of a project a command says so, and what to do") {
  const auto result = bare({"status"});
  CHECK(result.exit_code == 3);
  CHECK(result.out.empty());
  CHECK(has(result.err, "davit.toml"));
  CHECK(has(result.err, "davit init"));
}

TEST_CASE("a number of steps or runs that is none is refused in one short line") {
  const project p;
  for (const std::vector<std::string> &command :
       {std::vector<std::string>{"up", "--steps", "0"}, {"down", "--steps", "-1"}, {"history", "--limit", "00"}}) {
    const auto refused = run_davit(p, command, 2);
    CHECK(has(refused.err, "is no number from 1 on"));
    CHECK(refused.err.size() < 200);
  }
}
