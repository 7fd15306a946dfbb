// Libraries that are no plugins, and plugins that do not start: refused with exit 4, naming plugin and file, before
// the database is touched.
#include "hostile_run.hpp"

#include "support/temp_folder.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace davit::test;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path &file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string patched(std::string bytes, std::size_t at, char byte) {
  bytes.at(at) = byte;
  return bytes;
}

// Refused, and nothing is there: not even the ledger.
void check_refused(const project &p, std::string_view code, std::string_view words) {
  const auto run = up(p, 4);
  CAPTURE(run.answer().dump());
  CHECK(run.answer().text("/error/code") == code);
  CHECK(run.answer().text("/error/plugin") == "villain");
  CHECK(has(run.answer().text("/error/message"), "plugin 'villain'"));
  CHECK(has(run.answer().text("/error/message"), words));
  CHECK_FALSE(run.answer().text("/error/hint").empty());
  CHECK(p.database().sql("SELECT to_regnamespace('davit') IS NULL") == "t");
  CHECK_FALSE(exists(p, "one"));
}

} // namespace

TEST_CASE("a file that is no library of this machine is refused, saying what it is instead") {
  const std::string good = bytes_of(test_plugin("hostile"));
  struct row {
    const char *what;
    std::string bytes;
    const char *words;
  };
  for (const auto &[what, bytes, words] :
       {row{"truncated", good.substr(0, good.size() / 2), "it is cut off"},
        row{"truncated in its headers", good.substr(0, 40), "it is cut off"},
        row{"text", "#!/bin/sh\necho hello\n", "it is not a shared library (no ELF header)"},
        row{"empty", "", "it is not a shared library"},
        row{"32-bit", patched(good, 4, 1), "it was built for another kind of machine"},
        row{"foreign", patched(good, 18, '\x2a'), "it was built for another processor"},
        row{"program", patched(good, 16, 2), "it is not a shared library"}}) {
    const std::string row_is(what);
    CAPTURE(row_is);
    const temp_folder folder;
    const hostile_project p(with_library(folder.write("libvillain.so", bytes)));
    check_refused(p, "plugin_file", words);
  }
}

TEST_CASE("a folder, a file that is not there, and one that is no file are refused") {
  const temp_folder folder;
  fs::create_directory(folder.path() / "libfolder.so");
  check_refused(hostile_project(with_library(folder.path() / "libfolder.so")), "plugin_file", "it cannot be read");
  check_refused(hostile_project(with_library(folder.path() / "libnowhere.so")), "plugin_file", "was not found; tried");
  fs::create_symlink("libnowhere.so", folder.path() / "libdangling.so");
  check_refused(hostile_project(with_library(folder.path() / "libdangling.so")), "plugin_file", "was not found");
  check_refused(hostile_project(with_library("/dev/null")), "plugin_unsafe", "/dev/null");
}

TEST_CASE("a library without davit's entry function, or with another ABI's or a dependency's, is refused") {
  struct row {
    const char *library, *code, *words;
  };
  for (const auto &[library, code, words] :
       {row{"broken_no_entry", "plugin_abi", "it does not export 'davit_plugin_v1': it is no davit plugin"},
        row{"broken_borrowed_entry", "plugin_abi", "it does not export 'davit_plugin_v1'"},
        row{"broken_other_major", "plugin_abi", "it exports 'davit_plugin_v2'; this davit speaks 'davit_plugin_v1'"},
        row{"broken_missing_symbol", "plugin_file", "nobody_has_this"}}) {
    const std::string row_is(library);
    CAPTURE(row_is);
    check_refused(hostile_project(with_library(test_plugin(library))), code, words);
  }
}

TEST_CASE("a later minor is refused with both ways out") {
  const hostile_project p(with_library(test_plugin("broken_future_minor")));
  check_refused(p, "plugin_abi", "it needs plugin ABI 1.1, this davit has 1.0");
  const auto hint = up(p, 4).answer().text("/error/hint");
  CHECK(has(hint, "use a newer davit"));
  CHECK(has(hint, "DAVIT_TARGET_MINOR=0"));
}

TEST_CASE("a descriptor that lies, has holes or is no text, and an entry function that gives none, are refused") {
  struct row {
    const char *library, *words;
  };
  for (const auto &[library, words] :
       {row{"broken_small_size", "its descriptor says that it has 16 bytes"},
        row{"broken_null_members", "its descriptor has no init"}, row{"broken_no_utf8", "its descriptor's id is not"},
        row{"broken_entry_throws", "its entry function threw an exception"},
        row{"broken_entry_null", "its entry function returned no descriptor"}}) {
    const std::string row_is(library);
    CAPTURE(row_is);
    check_refused(hostile_project(with_library(test_plugin(library))), "plugin_abi", words);
  }
}

TEST_CASE("an init that throws, fails or declares what cannot be is refused with its reason") {
  struct row {
    const char *how, *words;
  };
  for (const auto &[how, words] :
       {row{"throw", "its init failed: it threw: thrown by init"},
        row{"throw_int", "it threw something that is not a std::exception"}, row{"fail", "its init failed: no licence"},
        row{"bad_status", "its init failed: status 4711, without a reason"},
        row{"bad_text", "(a reason that is not UTF-8 text)"},
        row{"unknown_phase", "this davit has no phase 'before_dll'; did you mean 'before_ddl'?"},
        row{"unknown_phase_ignored", "it went on although davit had refused what it declares: this davit has no phase"},
        row{"twice", "handler 'strike' is declared twice"},
        row{"twice_ignored", "it went on although davit had refused what it declares: handler 'strike' is"}}) {
    const std::string row_is(how);
    CAPTURE(row_is);
    check_refused(hostile_project(with_hostile("init = \"" + std::string(how) + "\"")), "plugin_init", words);
  }
}

TEST_CASE("handler functions called from init, and init functions called from a handler, are refused to the plugin") {
  const hostile_project p(with_hostile("init = \"handler_functions\"\nact = \"late_init\""));
  const auto run = up(p, 0);
  CHECK(run.outcomes("before_ddl") == "ok");
  CHECK(run.outcomes("after_ddl").empty()); // what it tried to bind late
}

TEST_CASE("loading or init that does not return is given up with 124: who it is and what hangs") {
  struct row {
    std::string toml;
    const char *words;
  };
  const std::string soon = "deadline = \"1s\"";
  for (const auto &[toml, words] :
       {row{with_hostile("init = \"hang\"", soon), "its init does not return"},
        row{with_hostile("init = \"signal_and_hang\"", soon), "its init does not return"},
        row{with_library(test_plugin("broken_entry_hangs"), soon), "loading it does not return"}}) {
    const std::string row_is(toml);
    CAPTURE(row_is);
    const hostile_project p(toml + "\n[run]\ngrace = \"500ms\"\n");
    const auto run = up(p, 124);
    CAPTURE(run.err());
    CHECK(has(run.err(), "villain error: " + std::string(words)));
    CHECK(has(run.err(), "what to do: mend the plugin, give it a longer deadline, or take it out of davit.toml"));
    CHECK(has(run.answer().text("/error/hint"), "mend the plugin, give it a longer deadline"));
    CHECK(run.answer().text("/error/code") == "plugin_deadline");
    CHECK(has(run.answer().text("/error/message"), "plugin 'villain': " + std::string(words)));
    check_nothing_happened(p);
  }
}

TEST_CASE("destroy that does not return, or is signalled, changes nothing of what the run has answered") {
  for (const std::string how : {"hang", "signal_and_hang", "terminate_and_hang"}) {
    CAPTURE(how);
    const hostile_project p(with_hostile("destroy = \"" + how + "\"", "deadline = \"1s\"") +
                            "\n[run]\ngrace = \"500ms\"\n");
    const auto run = up(p, 0);
    CHECK(run.answer().text("/outcome") == "applied");
    CHECK(has(run.err(), how == "terminate_and_hang" ? "villain warning: its destroy was terminated"
                                                     : "villain warning: its destroy does not return"));
    CHECK(has(run.err(), "with the exit code of what it has answered: 0"));
    CHECK(ledger(p) == "0001 applied");
  }
}

TEST_CASE("nor does it keep the other commands from answering") {
  const hostile_project p(with_hostile("destroy = \"hang\"", "deadline = \"1s\"") + "\n[run]\ngrace = \"500ms\"\n");
  for (const std::vector<std::string> &command : {std::vector<std::string>{"plan"}, {"doctor"}, {"plugin", "list"}}) {
    const auto run = davit_run(p, command, 0);
    CAPTURE(run.answer().dump());
    CHECK(has(run.err(), "villain warning: its destroy does not return"));
  }
}

TEST_CASE("a run that has failed says why, and ends with that, before a destroy can hang") {
  const hostile_project p(with_hostile("destroy = \"hang\"", "deadline = \"1s\"") + "\n[run]\ngrace = \"500ms\"\n");
  const auto run = davit_run(p, {"up"}, 5, {{"DAVIT_DATABASE_URL", "postgresql:///nowhere?host=/nowhere"}});
  CHECK(run.answer().text("/error/code") == "connect");
  CHECK(has(run.err(), "its destroy does not return"));
}

TEST_CASE("a signal ends davit at once while a plugin's init hangs") {
  for (const int signal : {SIGINT, SIGTERM}) {
    CAPTURE(signal);
    const hostile_project p(with_hostile("init = \"log_and_hang\""));
    running_program davit(p.command({"up", "--json"}));
    davit.wait_for_output("init begins");
    davit.send(signal);
    const finished_run run(davit.wait());
    CAPTURE(run.err());
    CHECK(run.exit_code() == 128 + signal);
    CHECK(has(run.err(), "villain error: its init was "));
    CHECK(run.answer().text("/error/code") == (signal == SIGINT ? "interrupted" : "terminated"));
    check_nothing_happened(p);
  }
}

TEST_CASE("destroy that throws is said, and changes nothing of what the run did") {
  const hostile_project p(with_hostile("destroy = \"throw\""));
  const auto run = up(p, 0);
  CHECK(has(run.err(), "villain error: its destroy threw an exception"));
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE(
    "a name that stands twice, an unknown key and a wrong type are refused with the place, before anything runs") {
  struct row {
    std::string toml;
    const char *code, *words;
  };
  for (const auto &[toml, code, words] :
       {row{with_hostile("act = \"segv\"") + hostile("act = \"segv\""), "config_value", "villain"},
        row{with_hostile("atc = \"segv\""), "config_unknown", "atc"},
        row{with_hostile("act = 7"), "config_value", "act"},
        row{with_hostile("", "dedline = \"1s\""), "config_unknown", "dedline"},
        row{with_hostile("", "deadline = true"), "config_value", "deadline"}}) {
    const std::string row_is(words);
    CAPTURE(row_is);
    const hostile_project p(toml);
    const auto run = up(p, 3);
    CHECK(run.answer().text("/error/code") == code);
    CHECK(has(run.answer().text("/error/message"), words));
    CHECK(run.answer().integer("/error/line") > 0);
    check_nothing_happened(p);
  }
}
