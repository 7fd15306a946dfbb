// The server takes one session of a run, and refuses the next.
#include "../lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a session that the server refuses for want of room is no lost one, and what makes room is said") {
  const project p("environment = \"test\"\n");
  const std::string role = "limited_" + p.database().name();
  p.database().sql("CREATE ROLE " + role + " LOGIN CONNECTION LIMIT 1; GRANT CREATE ON DATABASE " +
                   p.database().name() + " TO " + role);
  p.migration("0001_one.up.sql", "SELECT 1;");
  const auto run = davit_run(p, {"up"}, 5, {{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + role}});
  const auto answer = run.answer();
  CHECK(answer.text("/error/code") == "connect");
  CHECK(has(answer.text("/error/hint"), "a run needs up to 3 sessions at once"));
  CHECK(has(answer.text("/error/hint"), "ALTER ROLE"));
  CHECK_FALSE(has(answer.text("/error/hint"), "DAVIT_DATABASE_URL"));
  CHECK(answer.text("/error/state") == "nothing of 0001_one is in the database");
  p.database().sql("DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
}
