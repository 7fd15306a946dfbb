// A secret configuration value does not get out, whatever a plugin does with it.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view secret = "hunter2-hunter2";

// Everything that was printed, kept or would be shown later.
std::string everything(const project &p, const finished_run &run) {
  std::string out = run.all_output();
  out += p.davit({"history", run.answer().text("/run")}).out;
  for (const auto *table : {"run", "migration", "run_migration", "hook_call"})
    out += p.database().sql("SELECT t FROM davit." + std::string(table) + " t");
  for (const auto &arguments : {std::vector<std::string>{"plan"}, {"plan", "--json"}, {"plugin", "list"}, {"status"}}) {
    const auto more = p.davit(arguments);
    out += more.out + more.err;
  }
  return out;
}

std::string tell(std::string_view phase, std::string_view what) {
  return action("phase = \"" + std::string(phase) + "\"", what);
}

std::string config(const std::string &actions) { return with_probe(actions) + "secret = { env = \"PROBE_SECRET\" }\n"; }

} // namespace

TEST_CASE("secrets are scrubbed from logs, reports, stats and error texts, in text, JSON and ledger") {
  const environment env{{"PROBE_SECRET", std::string(secret)}};
  const std::string loud = tell("before_ddl", R"t(do = "log", text = "the password is {secret}!")t") +
                           tell("before_ddl", R"t(do = "report", text = "I know {secret}")t") +
                           tell("before_ddl", R"t(do = "stat_set", key = "s", type = "str", value = "{secret}")t") +
                           tell("before_ddl", R"t(do = "stat_set", key = "j", type = "json", value = '["{secret}"]')t");
  for (const std::string end :
       {R"t(do = "report", text = "fine")t", R"t(do = "fail", text = "rejected: {secret}")t",
        R"t(do = "veto", text = "rejected: {secret}")t", R"t(do = "throw", raw = true, text = "rejected: {secret}")t",
        R"t(do = "sql", sql = "SELECT '{secret}'::int")t",
        R"t(do = "sql", sql = "DO $$ BEGIN RAISE 'a' USING DETAIL = 'd {secret}', HINT = 'h {secret}'; END $$")t",
        R"t(do = "sql", sql = "DO $$ BEGIN RAISE WARNING 'w {secret}'; END $$")t"}) {
    CAPTURE(end);
    const project p(config(loud + tell("after_ddl", end) + tell("failure", R"t(do = "describe", text = "error")t")));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    running_program davit(p.command({"up", "--json"}, env));
    const finished_run run(davit.wait());
    CHECK(has(run.err(), "the password is ***!"));
    CHECK(run.messages("before_ddl") == "I know ***");
    CHECK_FALSE(has(everything(p, run), secret));
  }
}

TEST_CASE("secrets are scrubbed from what is printed as text, verbosely too") {
  const environment env{{"PROBE_SECRET", std::string(secret)}};
  const project p(
      config(tell("after_ddl", R"t(do = "stat_set", key = "s", type = "str", value = "{secret}")t") +
             tell("post_execute", R"t(do = "sql", sql = "DO $$ BEGIN RAISE NOTICE 'n {secret}'; END $$")t") +
             tell("post_complete", R"t(do = "fail", text = "rejected: {secret}")t")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto result = p.davit({"up", "-v"}, env);
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "rejected: ***"));
  CHECK_FALSE(has(result.out + result.err, secret));
}

TEST_CASE("a plugin never sees the secret of another in its own stats, and davit.toml's table goes without it") {
  const environment env{{"PROBE_SECRET", std::string(secret)}};
  const project p(config(tell("before_ddl", R"t(do = "stat_set", key = "s", type = "str", value = "{secret}")t")) +
                  probe(R"t({ phase = "after_ddl", do = "stat_get", key = "s", expect = "***" })t", "", "other"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  davit_run(p, {"up"}, 0, env);
}

TEST_CASE("a secret in the key of a stat is scrubbed, and the plugin finds the entry under the key it knows") {
  const environment env{{"PROBE_SECRET", std::string(secret)}};
  const project p(config(tell("before_ddl", R"t(do = "stat_set", key = "tries of {secret}", value = "1")t") +
                         tell("after_ddl", R"t(do = "stat_add", key = "tries of {secret}", value = "2")t") +
                         tell("cleanup", R"t(do = "stat_get", key = "tries of {secret}", expect = "3")t") +
                         tell("cleanup", R"t(do = "stat_set", key = "{secret}\u0001", value = "2", catch = true)t")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = davit_run(p, {"up"}, 0, env);
  CHECK(stat(run, "migrations/0001/tries of ***") == "3");
  CHECK_FALSE(has(everything(p, run), secret));
}

TEST_CASE("a secret of which the server shows the beginning is not told, by a handler or by a migration") {
  const std::string token =
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
  const environment env{{"PROBE_SECRET", token}};
  const std::string keeps = tell("pre_execute", R"t(do = "sql", sql = "INSERT INTO kept VALUES (1, '{secret}')")t");
  const std::string fails = tell("after_ddl", R"t(do = "sql", sql = "INSERT INTO kept VALUES (NULL, '{secret}')")t");
  for (const auto &[actions, statement] :
       {std::pair(fails, std::string("SELECT")), {keeps, "INSERT INTO kept SELECT NULL, x FROM kept"}}) {
    const std::string &sql = statement;
    CAPTURE(sql);
    const project p(config(actions));
    p.database().sql("CREATE TABLE kept (i int NOT NULL, x text)");
    p.migration("0001_one.up.sql", sql + ";");
    const auto run = davit_run(p, {"up"}, 1, env);
    CHECK(run.answer().text("/error/detail") == "Failing row contains (null, ***...).");
    CHECK_FALSE(has(everything(p, run), token.substr(0, 20)));
  }
}

TEST_CASE("nor is one that stands where davit itself cuts what another session was at") {
  const std::string token = "0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const project p(config(""));
  p.database().sql("CREATE TABLE kept (x text)");
  auto holder = p.database().connect();
  holder.exec("BEGIN");
  holder.exec("INSERT INTO kept VALUES ('" + token + "')");
  p.migration("0001_one.up.sql", "ALTER TABLE kept ADD y int;");
  const auto run = davit_run(p, {"up"}, 1, {{"PROBE_SECRET", token}});
  CHECK(has(run.answer().text("/error/detail"), "INSERT INTO kept VALUES ('***...)"));
  CHECK_FALSE(has(everything(p, run), token.substr(0, 20)));
}

TEST_CASE("a migration that fails over a secret that a plugin has stored does not tell it") {
  const environment env{{"PROBE_SECRET", std::string(secret)}};
  for (const std::string sql : {"SELECT x::int FROM kept", "INSERT INTO kept SELECT * FROM kept"})
    for (const std::string prefix : {"", "-- davit: no-transaction\n"}) {
      CAPTURE(sql);
      CAPTURE(prefix);
      const project p(config(tell("pre_execute", R"t(do = "sql", sql = "INSERT INTO kept VALUES ('{secret}')")t") +
                             tell("on_error", R"t(do = "describe", text = "error")t")));
      p.database().sql("CREATE TABLE kept (x text PRIMARY KEY)");
      p.migration("0001_one.up.sql", prefix + sql + ";");
      running_program davit(p.command({"up", "--json"}, env));
      const finished_run run(davit.wait());
      CHECK(run.exit_code() == 1);
      CHECK(has(run.answer().dump("/error"), "***"));
      CHECK_FALSE(has(everything(p, run), secret));
    }
}
