// The password of the URL is in nothing that davit prints, stores or shows to other users of the machine.
#include "shell.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <iterator>

using namespace davit::test;

namespace {

constexpr auto password = "hunter2secret";

std::string with_password(const project &p) { return p.database().url() + "&password=" + password; }

void clean(const outcome &result) {
  CHECK_FALSE(has(result.out, password));
  CHECK_FALSE(has(result.err, password));
}

} // namespace

TEST_CASE("no command prints the password, in text or JSON, in success or failure") {
  const project p;
  const environment url{{"DAVIT_DATABASE_URL", with_password(p)}};
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("1_a.down.sql", "DROP TABLE a;");
  for (const std::vector<std::string> &command :
       {std::vector<std::string>{"status"}, {"plan"}, {"up", "-v"}, {"verify"}, {"history"}, {"down"}, {"up"}}) {
    CAPTURE(command.front());
    clean(run_davit(p, command, 0, url));
    auto json = command;
    json.emplace_back("--json");
    clean(run_davit(p, json, 0, url));
  }
  p.migration("2_bad.up.sql", "SELECT 1 / 0;");
  clean(run_davit(p, {"up", "-v"}, 1, url));
  CHECK_FALSE(has(p.database().whole_dump(), password));
}

TEST_CASE("no error about the URL quotes the password, however broken the URL is") {
  const project p;
  const std::string secret = password;
  for (const auto &url :
       {"postgresql://ann:" + secret + "@/x?host=/nowhere", "postgresql://ann:" + secret + "@[::1",
        "postgresql://ann:%" + secret + "@db/x", "postgresql://ann:" + secret + "%@db/x",
        "postgresql://ann:" + secret + "@db/x?nonsense=1", "postgresql://ann:" + secret + "@db:port/x",
        "host=/nowhere password=" + secret, "host=/nowhere password='" + secret, "password=" + secret + " nonsense",
        "postgresql://ann@/x?host=/nowhere&password=" + secret, "postgresql://ann:sec/" + secret + "@localhost/x",
        "postgresql://ann:1/" + secret + "@localhost/x", "postgresql://ann:/" + secret + "@localhost/x",
        "postgres://ann:" + secret, "postgresql:/ann:" + secret + "@db/x", "ann:" + secret + "@db/x"}) {
    CAPTURE(url);
    const environment extra{{"DAVIT_DATABASE_URL", url}};
    clean(run_davit(p, {"status"}, 5, extra));
    clean(run_davit(p, {"status", "--json"}, 5, extra));
  }
}

TEST_CASE("an error in davit.toml hides the password in the line it shows") {
  const project p("[database]\nurl = \"postgresql://ann:" + std::string(password) + "@db/x\" nonsense\n");
  clean(run_davit(p, {"status"}, 3));
  clean(run_davit(p, {"status", "--json"}, 3));
}

TEST_CASE("the password is on no command line and in no session's name") {
  const project p;
  p.migration("1_a.up.sql", "SELECT pg_sleep(60);");
  running_program davit(p.command({"up", "-v"}, {{"DAVIT_DATABASE_URL", with_password(p)}}));
  davit.wait_for_output("[before_ddl]");
  std::ifstream file("/proc/" + std::to_string(davit.pid()) + "/cmdline", std::ios::binary);
  const std::string line(std::istreambuf_iterator<char>(file), {});
  CHECK(has(line, "up"));
  CHECK_FALSE(has(line, password));
  CHECK(p.database().sql("SELECT count(*) FROM pg_stat_activity a WHERE application_name LIKE 'davit %' AND "
                         "a::text LIKE '%" +
                         std::string(password) + "%'") == "0");
  davit.send(SIGINT);
  clean(davit.wait());
}
