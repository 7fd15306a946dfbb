// What plugins have prepared for the time after their handlers: it must not become davit's end.
#include "hostile_run.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace davit::test;

namespace {

std::string act(std::string_view what, std::string_view more = {}, std::string_view at = "after_ddl") {
  return "act = \"" + std::string(what) + "\"\nat = \"" + std::string(at) + "\"\nmore = \"" + std::string(more) + "\"";
}

} // namespace

// Reports of the whole process are made at its end, by what is registered for that.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(DAVIT_COVERAGE)
TEST_CASE(
    "static and thread-local objects, exit functions and streams of a plugin neither stop davit nor give it a status") {
  for (const std::string what : {"static_object", "thread_local_object", "exit_function", "stream"})
    for (const std::string how : {"hang", "crash", "exit"}) {
      CAPTURE(what);
      CAPTURE(how);
      const hostile_project p(with_hostile(act(what, how)));
      const auto run = up(p, 0);
      CHECK(run.answer().text("/outcome") == "applied");
      CHECK(has(run.err(), "what plugins may have left in their output buffers could not be written") ==
            (what == "stream"));
      CHECK_FALSE(has(run.err(), "davit: crashed"));
      CHECK(ledger(p) == "0001 applied");
    }
}

TEST_CASE("what init leaves for the end of the process does not stop the other commands either") {
  for (const std::string command : {"plan", "doctor"}) {
    CAPTURE(command);
    const hostile_project p(with_hostile("init = \"exit_function\"\nmore = \"hang\""));
    davit_run(p, {command}, 0);
  }
}
TEST_CASE("where a plugin ends davit beside the run, one answer is given, and it is what davit ends with") {
  for (const std::string at : {"startup", "before_ddl", "failure"}) {
    CAPTURE(at);
    const hostile_project p(with_hostile(act("exit_beside", {}, at)));
    if (at == "failure") p.migration("0002_two.up.sql", "SELECT 1/0");
    const auto result = p.davit({"up", "--json"});
    CAPTURE(result.err);
    const json answer(result.out); // throws for two of them
    const bool ok = answer.boolean("/ok");
    CHECK(result.exit_code == (ok ? 0 : answer.integer("/exit_code")));
    wait_until_davit_is_gone(p);
    const bool done = exists(p, "one");
    if (answer.has("/done")) CHECK(answer.integer("/done") == (done ? 1 : 0));
    if (exists(p, "davit.run"))
      CHECK(p.database().sql("SELECT count(*) FROM davit.run WHERE outcome = 'applied'") == (ok ? "1" : "0"));
  }
}

TEST_CASE("what davit is about to say stands, also where a plugin ends it before all of that is read") {
  const temp_folder shared;
  const std::string pipe = (shared.path() / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int end = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  // The answer is more than fits into a pipe.
  const hostile_project p(with_hostile("init = \"exit_when_told\"\nmore = \"" + shared.path().string() + "\"") +
                          "\n[[hooks.startup]]\nplugin = \"villain\"\nhandler = \"" + std::string(100'000, 'x') +
                          "\"\n");
  program up = p.command({"up", "--json"});
  up.argv.insert(up.argv.begin(), {"/bin/sh", "-c", "exec \"$@\" >'" + pipe + "'", "sh"});
  running_program davit(up);
  std::string begins(80, ' ');
  REQUIRE(::read(end, begins.data(), begins.size()) == 80);
  shared.write("now", "");
  CHECK(davit.wait().exit_code == 3);
  CHECK(has(begins, "\"exit_code\": 3"));
  ::close(end);
}
#endif

TEST_CASE("what stdio holds back for a plugin is written out, also where a plugin is the end of davit") {
  for (const std::string destroy : {"", "destroy = \"exit\"", "destroy = \"hang\""}) {
    CAPTURE(destroy);
    const temp_folder written;
    const std::string log = (written.path() / "log").string();
    const hostile_project p(with_hostile(act("held_back", log) + "\n" + destroy, "deadline = \"1s\"") +
                            "\n[run]\ngrace = \"500ms\"\n");
    const auto run = up(p, 0);
    CHECK(written.read("log") == "a line\n");
#ifndef __SANITIZE_THREAD__ // with it a child of davit takes its time to end
    CHECK_FALSE(has(run.err(), "output buffers"));
#endif
  }
}

TEST_CASE("davit can wait for its children although whoever has started it ignores theirs") {
  const hostile_project p(with_probe(R"t({ phase = "after_ddl", do = "report", text = "here" })t"));
  program up = p.command({"up", "--ephemeral"});
  up.argv.insert(up.argv.begin(), {"env", "--ignore-signal=CHLD"});
  const auto result = running_program(up).wait();
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK_FALSE(has(result.err, "warning"));
}

TEST_CASE("where no thread can be had to go on without a handler that does not return, the error says whose it is") {
  const hostile_project p(with_hostile("act = \"no_more_threads_and_hang\"", "deadline = \"100ms\"") +
                          "\n[run]\ngrace = \"100ms\"\n");
  const auto run = up(p, 124);
  CHECK(has(run.answer().text("/error/message"), "no thread can be had for the end of the run"));
  CHECK(run.answer().text("/error/plugin") == "villain");
  CHECK(run.answer().text("/error/handler") == "strike");
  CHECK(run.answer().text("/error/phase") == "before_ddl");
  CHECK(has(run.err(), "plugin 'villain', handler 'strike' at before_ddl does not return"));
  check_nothing_happened(p);
}
