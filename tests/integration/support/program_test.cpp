#include "support/program.hpp"

#include "support/temp_folder.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <system_error>

using davit::test::run;
using davit::test::running_program;
using namespace std::chrono_literals;

TEST_CASE("both outputs and the exit code are told apart") {
  const auto result = run({.argv = {"sh", "-c", "echo out; echo err >&2; exit 3"}});
  CHECK(result.exit_code == 3);
  CHECK(result.signal == 0);
  CHECK(result.out == "out\n");
  CHECK(result.err == "err\n");
}

TEST_CASE("a program gets its input, folder and environment") {
  const davit::test::temp_folder folder;
  const auto result = run({.argv = {"sh", "-c", "cat; pwd; echo $DAVIT_TEST_ADDED ${HOME-none}"},
                           .environment = {{"DAVIT_TEST_ADDED", "yes"}, {"HOME", {}}},
                           .cwd = folder.path(),
                           .input = "input\n"});
  CHECK(result.out == "input\n" + folder.path().string() + "\nyes none\n");
}

TEST_CASE("output of any size does not block") {
  const auto result = run({.argv = {"sh", "-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"}});
  CHECK(result.out.size() == 1'000'000);
  CHECK(result.err.size() == 1'000'000);
}

TEST_CASE("a signal is not an exit") {
  running_program program({.argv = {"sh", "-c", "echo up; exec sleep 60"}});
  program.wait_for_output("up");
  program.send(SIGTERM);
  const auto result = program.wait();
  CHECK(result.exit_code == -1);
  CHECK(result.signal == SIGTERM);
}

TEST_CASE("what does not end is killed, with all it has started, and said to be") {
  std::string said;
  const auto start = std::chrono::steady_clock::now();
  try {
    run({.argv = {"sh", "-c", "sleep 60 & echo $!; wait"}, .timeout = 200ms});
  } catch (const std::runtime_error &problem) {
    said = problem.what();
  }
  CHECK(std::chrono::steady_clock::now() - start < 30s);
  CHECK(said.find("did not end in time") != std::string::npos);
  const auto digits = said.find_first_of("0123456789", said.find("stdout:"));
  REQUIRE(digits != std::string::npos);
  // The kill of a grandchild takes effect a moment later: as a zombie, or gone.
  const auto child = said.substr(digits, said.find('\n', digits) - digits);
  const auto gone = run({.argv = {"sh", "-c",
                                  "for i in $(seq 500); do case $(cut -d' ' -f3 /proc/" + child +
                                      "/stat 2>/dev/null) in ''|Z|X) exit 0;; esac; sleep 0.02; done; exit 1"}});
  CHECK(gone.exit_code == 0);
}

TEST_CASE("waiting for words that never come is a failure") {
  running_program program({.argv = {"sh", "-c", "echo other"}});
  CHECK_THROWS_AS(program.wait_for_output("up"), std::runtime_error);
}

TEST_CASE("a program that does not exist is a failure") {
  CHECK_THROWS_AS(run({.argv = {"davit-no-such-program"}}), std::system_error);
}
