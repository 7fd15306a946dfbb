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

// The command lines of all processes of this machine, as every user may read them.
std::string command_lines() {
  std::string out;
  for (const auto &entry : std::filesystem::directory_iterator("/proc")) {
    if (!std::isdigit(static_cast<unsigned char>(entry.path().filename().string().front()))) continue;
    std::ifstream in(entry.path() / "cmdline", std::ios::binary);
    out.append(std::istreambuf_iterator<char>(in), {});
    out += '\n';
  }
  return out;
}

} // namespace

TEST_CASE("the password is on no command line while a migration and its hooks run, and in no output") {
  const std::string password = "pw-of-" + std::string(10, 'x');
  const project p(with_probe(R"t({ phase = "after_ddl", do = "log", text = "at work" },
                                { phase = "after_ddl", do = "wait" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  running_program davit(
      p.command({"up", "--verbose"}, {{"DAVIT_DATABASE_URL", p.database().url() + "&password=" + password}}));
  davit.wait_for_output("at work");
  const auto lines = command_lines();
  CHECK(has(lines, p.folder().string())); // davit's own, --config
  CHECK_FALSE(has(lines, password));
  davit.send(SIGINT);
  const auto result = davit.wait();
  CHECK(result.exit_code == 130);
  CHECK_FALSE(has(result.out + result.err, password));
}
