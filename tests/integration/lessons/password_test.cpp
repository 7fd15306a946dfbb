// The database's password is nobody's business.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace davit::test;

namespace {

std::string contents(const std::filesystem::path &file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct all_processes {
  std::string command_lines; // as every user may read them
  std::string of_children;   // those of one process
};

all_processes processes(pid_t parent) {
  all_processes out;
  for (const auto &entry : std::filesystem::directory_iterator("/proc")) {
    if (!std::isdigit(static_cast<unsigned char>(entry.path().filename().string().front()))) continue;
    const std::string line = contents(entry.path() / "cmdline") + '\n';
    out.command_lines += line;
    if (has(contents(entry.path() / "status"), "\nPPid:\t" + std::to_string(parent) + "\n")) out.of_children += line;
  }
  return out;
}

} // namespace

TEST_CASE(
    "the password is on no command line while a migration and its hooks run, nor on a child's, and in no output") {
  const std::string password = "pw-of-" + std::string(10, 'x');
  const project p(with_probe(R"t({ phase = "after_ddl", do = "log", text = "at work" },
                                { phase = "after_ddl", do = "wait" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  // A server of its own is the only program that davit starts.
  for (const bool ephemeral : {false, true}) {
    CAPTURE(ephemeral);
    std::vector<std::string> arguments{"up", "--verbose"};
    if (ephemeral) arguments.emplace_back("--ephemeral");
    running_program davit(p.command(arguments, {{"DAVIT_DATABASE_URL", p.database().url() + "&password=" + password}}));
    davit.wait_for_output("at work");
    const auto now = processes(davit.pid());
    CHECK(has(now.command_lines, p.folder().string())); // davit's own, --config
    CHECK(has(now.of_children, "postgres") == ephemeral);
    CHECK_FALSE(has(now.command_lines, password));
    davit.send(SIGINT);
    const auto result = davit.wait();
    CHECK(result.exit_code == 130);
    CHECK_FALSE(has(result.out + result.err, password));
  }
}
