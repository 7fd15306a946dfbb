// Signals of a plugin's own that would not end the process: where a crash was told of, davit ends all the same.
#include "hostile_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

// Sanitizers have reports and exit codes of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

TEST_CASE("as a container's first process, whom no signal ends that has no handler, davit ends all the same") {
  const auto as_first = [](program what) {
    what.argv.insert(what.argv.begin(), {"unshare", "--pid", "--fork", "--kill-child"});
    return what;
  };
  if (run(as_first({.argv = {"true"}})).exit_code != 0) {
    MESSAGE("not tested: this machine lets nobody have a process namespace of their own");
    return;
  }
  for (const int signal : {SIGSEGV, SIGFPE, SIGABRT, SIGUSR1, SIGQUIT}) {
    CAPTURE(signal);
    const hostile_project p(
        with_hostile("act = \"raise_and_go_on\"\nat = \"after_ddl\"\nmore = \"" + std::to_string(signal) + "\""));
    const auto result = run(as_first(p.command({"up"})));
    CAPTURE(result.err);
    CHECK(result.exit_code == 128 + signal);
    CHECK(has(result.err, "plugin 'villain', handler 'strike' at after_ddl; the server rolls back"));
    check_nothing_happened(p);
  }
}

TEST_CASE("a crash ends davit also where its parent had the signal ignored") {
  const hostile_project p(
      with_hostile("act = \"raise_and_go_on\"\nat = \"after_ddl\"\nmore = \"" + std::to_string(SIGFPE) + "\""));
  auto command = p.command({"up"});
  command.argv.insert(command.argv.begin(), {"env", "--ignore-signal=FPE"});
  const auto result = run(command);
  CAPTURE(result.err);
  CHECK(result.exit_code == 128 + SIGFPE);
  CHECK(has(result.err, "davit: crashed in plugin 'villain', handler 'strike' at after_ddl"));
  check_nothing_happened(p);
}

#endif
