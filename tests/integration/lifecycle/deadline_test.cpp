// Deadlines: SQL is cancelled, code is told, and what cannot be stopped is said.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view soon = "deadline = \"250ms\"\n";
constexpr std::string_view sleeps = R"t(do = "sql", sql = "SELECT pg_sleep(60)")t";

} // namespace

TEST_CASE("at the deadline a handler's SQL is cancelled, the migration is rolled back, and the exit code is 124") {
  for (const std::string where : {R"t(phase = "after_ddl")t", R"t(phase = "after_ddl", side = true)t"}) {
    CAPTURE(where);
    const project p(
        with_probe(action(where, sleeps) + R"t({ phase = "failure", do = "report", text = "told" })t", soon));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    const auto run = up(p, 124);
    CHECK(run.answer().text("/error/code") == "hook_deadline");
    CHECK(run.answer().text("/outcome") == "deadline");
    CHECK(run.outcomes("after_ddl") == "deadline");
    CHECK(has(run.messages("after_ddl"), "deadline of 250 ms"));
    CHECK(run.messages("failure") == "told");
    CHECK_FALSE(exists(p, "one"));
    wait_until_davit_is_gone(p);
  }
}

TEST_CASE("a deadline strikes outside of the transaction as well") {
  for (const std::string phase : {"startup", "pre_validate", "pre_execute"}) {
    CAPTURE(phase);
    const project p(with_probe(action("phase = \"" + phase + "\"", sleeps), soon));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    CHECK(up(p, 124).outcomes(phase) == "deadline");
    CHECK_FALSE(exists(p, "one"));
  }
}

TEST_CASE("the COMMIT of what a handler did ends by its deadline, too") {
  for (const std::string phase : {"post_execute", "success"}) {
    CAPTURE(phase);
    const project p(
        with_probe(action("phase = \"" + phase + "\"", R"t(do = "sql", sql = "INSERT INTO slow VALUES (1)")t") +
                       R"t({ phase = "success", handler = "next", priority = 1, do = "sql", sql = "SELECT 7" },
                { phase = "failure", handler = "next", do = "sql", sql = "SELECT 7" })t",
                   soon));
    p.database().sql("CREATE TABLE slow (i int); CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                     "PERFORM pg_sleep(60); RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON slow "
                     "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()");
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    const auto run = up(p, phase == "success" ? 0 : 124);
    CHECK(has(run.all_output(), "was not committed before its deadline"));
    CHECK(has(run.outcomes(phase), "deadline"));
    CHECK(has(run.messages(phase == "success" ? "success" : "failure"), "7"));
    CHECK(p.database().sql("SELECT count(*) FROM slow") == "0");
    CHECK(ledger(p) == "0001 applied");
  }
}

TEST_CASE("policy warn softens a deadline: the handler's work is undone and the migration goes on") {
  const project p(with_probe(action(R"t(phase = "after_ddl")t", R"t(do = "sql", sql = "INSERT INTO one VALUES (1)")t") +
                                 action(R"t(phase = "after_ddl")t", sleeps),
                             std::string(soon) + "on_failure = \"warn\""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  CHECK(run.outcomes("after_ddl") == "deadline");
  CHECK(p.database().sql("SELECT count(*) FROM one") == "0");
}

TEST_CASE("cancelled() says why: none before, deadline after; and the cancelled query has status CANCELLED") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "cancelled", expect = "none" },
    { phase = "after_ddl", do = "wait", expect = "deadline" },
    { phase = "after_ddl", do = "log", text = "it said deadline" },
    { phase = "post_execute", handler = "wrong", do = "sql", sql = "SELECT pg_sleep(60)", catch = true, expect = "" })t",
                             std::string(soon) + "on_failure = \"warn\""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  CHECK(has(run.err(), "it said deadline"));
  CHECK(has(run.messages("post_execute"), "CANCELLED 57014"));
}

TEST_CASE("a handler that comes back late has missed its deadline, whatever it returns; but a veto stays a veto") {
  for (const std::string end :
       {R"t(do = "report")t", R"t(do = "fail", text = "late")t", R"t(do = "veto", text = "too many rows")t"}) {
    CAPTURE(end);
    const project p(with_probe(
        action(R"t(phase = "after_ddl")t", R"t(do = "wait")t") + action(R"t(phase = "after_ddl")t", end), soon));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    up(p, has(end, "veto") ? 7 : 124);
    CHECK_FALSE(exists(p, "one"));
  }
}

TEST_CASE("a deadline is for one handler: the next one has its own") {
  const project p(with_probe(R"t({ phase = "after_ddl", handler = "a", do = "wait" },
                                { phase = "after_ddl", handler = "b", do = "cancelled", expect = "none" },
                                { phase = "after_ddl", handler = "b", do = "sql", sql = "SELECT 1" })t",
                             std::string(soon) + "on_failure = \"warn\""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(up(p, 0).outcomes("after_ddl") == "deadline ok");
}

TEST_CASE("a handler that never returns is given up after a grace: davit says which one it was and leaves with 124") {
  const project p(with_probe(R"t({ phase = "after_ddl", do = "hang" })t", soon));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto result = p.davit({"up"});
  CHECK(result.exit_code == 124);
  CHECK(has(result.err, "plugin 'probe', handler 'after_ddl' at after_ddl does not return"));
  wait_until_davit_is_gone(p);
  CHECK_FALSE(exists(p, "one"));
}
