// Locks that other sessions hold: who does is said while a migration waits, and when it has waited in vain.
#include "integration/lifecycle/probe_run.hpp"
#include "support/on_terminal.hpp"
#include "support/proxy.hpp"
#include "support/working_role.hpp"

#include <algorithm>
#include <atomic>

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string toml(std::string_view lock_timeout, int retries) {
  return "environment = \"test\"\n[database]\nlock_timeout = \"" + std::string(lock_timeout) +
         "\"\nlock_retries = " + std::to_string(retries) + "\n";
}

davit::postgres::connection named_session(const project &p, const std::string &name, const std::string &begins) {
  auto c = p.database().connect();
  c.exec("SET application_name = '" + name + "'");
  c.exec("BEGIN");
  c.exec(begins);
  return c;
}

// What a terminal has shown of it, between one place at which it was overwritten and the next.
struct live_text {
  std::string joined;
  std::size_t widest = 0;
};

std::vector<live_text> live_texts(const std::string &shown) {
  constexpr std::string_view erased = "\r\x1b[J", line_end = "\r\n", line_above = "\x1b[A";
  std::vector<live_text> out;
  for (std::size_t at = 0, end = shown.find(erased); end != std::string::npos;
       at = end + erased.size(), end = shown.find(erased, at)) {
    auto &one = out.emplace_back();
    std::string text = shown.substr(at, end - at);
    while (text.ends_with(line_above)) text.erase(text.size() - line_above.size());
    for (std::size_t from = 0; from <= text.size();) {
      const auto to = std::min(text.find(line_end, from), text.size());
      one.widest = std::max(one.widest, to - from);
      one.joined += (from > 0 ? " " : "") + text.substr(from, to - from);
      from = to + line_end.size();
    }
  }
  return out;
}

} // namespace

TEST_CASE("a lock timeout names the lock, and who holds it: pid, user, application, since when, query") {
  const project p(toml("300ms", 1));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);\nALTER TABLE t ADD j int;");
  const auto holder = named_session(p, "reporting", "SELECT count(*) FROM t");
  const auto run = up(p, 1);
  const std::string who = "AccessExclusiveLock on public.t, held by pid " + std::to_string(holder.backend_pid()) +
                          " (user postgres, 'reporting', idle in transaction, transaction since ";
  CHECK(run.answer().text("/error/sqlstate") == "55P03");
  CHECK(run.answer().text("/error/detail").starts_with("it waited for " + who));
  CHECK(run.answer().text("/error/detail").ends_with("query: SELECT count(*) FROM t)"));
  CHECK(count(run.err(), "waiting for " + who) == 1); // once for both attempts
  CHECK(has(run.err(), "; attempt 1 was rolled back"));
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("on a terminal of any width all of it is live, and stands there once, whole, when the lock is had in time") {
  if (!gives_out_terminals()) {
    WARN_MESSAGE(false, "not tried: no pseudo-terminal is to be had here");
    return;
  }
  for (const int columns : {40, 60, 80, 120, 250}) {
    CAPTURE(columns);
    const project p(toml("60s", 0));
    p.database().sql("CREATE TABLE t (i int)");
    p.migration("0001_one.up.sql", "ALTER TABLE t ADD j int;");
    auto holder = named_session(p, "reporting", "SELECT count(*) AS how_many_rows_there_are FROM public.t");
    const std::string since =
        p.database().sql("SELECT to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS') FROM pg_stat_activity WHERE pid = " +
                         std::to_string(holder.backend_pid()));
    running_program davit(on_terminal(p.command({"up", "--no-color"}, {{"TERM", "xterm"}}), columns));
    wait_until("two looks", [&] { return live_texts(davit.out_so_far()).size() > 2; });
    holder.exec("COMMIT");
    const auto shown = davit.wait();
    CAPTURE(shown.out);
    CHECK(shown.exit_code == 0);
    const std::string whole = "waiting for AccessExclusiveLock on public.t, held by pid " +
                              std::to_string(holder.backend_pid()) +
                              " (user postgres, 'reporting', idle in transaction, transaction since " + since +
                              ", query: SELECT count(*) AS how_many_rows_there_are FROM public.t)";
    const auto live = live_texts(shown.out);
    CHECK(live.at(1).joined == whole);
    for (const auto &text : live) CHECK(text.widest < static_cast<std::size_t>(columns));
    CHECK(count(shown.out, "\r\x1b[J" + whole + "\r\napplied ") == 1);
    CHECK(ledger(p) == "0001 applied");
  }
}

TEST_CASE("on a terminal nobody is waited for any more once the lock is had, whatever the statement does with it") {
  if (!gives_out_terminals()) {
    WARN_MESSAGE(false, "not tried: no pseudo-terminal is to be had here");
    return;
  }
  const project p(toml("60s", 0));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "DO $$ BEGIN LOCK TABLE t; PERFORM pg_sleep(3); END $$;");
  auto holder = named_session(p, "reporting", "SELECT count(*) FROM t");
  running_program davit(on_terminal(p.command({"up", "--no-color"}, {{"TERM", "xterm"}})));
  wait_until("two looks", [&] { return live_texts(davit.out_so_far()).size() > 2; });
  holder.exec("COMMIT");
  const auto shown = davit.wait();
  CAPTURE(shown.out);
  CHECK(shown.exit_code == 0);
  const auto over = shown.out.find("FROM t)\r\napplying 0001_one");
  REQUIRE(over != shown.out.npos);
  CHECK(shown.out.find("held by pid", over) == shown.out.npos);
}

TEST_CASE("so it is where sessions begin as another role, who may not see what they are at") {
  const project p(toml("300ms", 0) + probe(action("phase = \"after_ddl\", migration = \"0002\"",
                                                  "do = \"sql\", side = true, sql = \"SELECT count(*) FROM one\"")));
  const working_role role(p);
  p.database().sql("CREATE TABLE t (i int); ALTER TABLE t OWNER TO " + role.owner());
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);\nALTER TABLE t ADD j int;");
  auto holder = named_session(p, "reporting", "SELECT count(*) FROM t");
  const std::string who = "AccessExclusiveLock on public.t, held by pid " + std::to_string(holder.backend_pid()) + " ";
  const auto run = davit_run(p, {"up"}, 1, role.as());
  CHECK(run.answer().text("/error/detail").starts_with("it waited for " + who));
  CHECK(has(run.err(), "waiting for " + who));
  holder.exec("COMMIT");
  davit_run(p, {"up"}, 0, role.as());
  p.migration("0002_two.up.sql", "ALTER TABLE one ADD j int;");
  const auto own = davit_run(p, {"up"}, 1, role.as());
  CHECK(has(own.answer().text("/error/message"),
            "the side connection waits for AccessShareLock on public.one, which this migration"));
}

TEST_CASE("all who hold the lock are named, also a prepared transaction") {
  const project p(toml("300ms", 0));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "ALTER TABLE t ADD j int;");
  p.database().sql("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'left behind'");
  const auto holder = named_session(p, "reporting", "SELECT count(*) FROM t");
  const auto run = up(p, 1);
  CHECK(has(run.answer().text("/error/detail"), "held by a prepared transaction and pid "));
  p.database().sql("ROLLBACK PREPARED 'left behind'");
}

TEST_CASE("who holds the lock that a handler's own SQL waits for is said, while it waits and when that was in vain") {
  const struct {
    std::string phase, what, directive;
  } rows[] = {{"pre_execute", "do = \"sql\"", ""},
              {"before_ddl", "do = \"sql\"", ""},
              {"after_ddl", "do = \"stream\", rows = 1", ""},
              {"after_ddl", "do = \"sql\"", "-- davit: no-transaction\n"},
              {"post_execute", "do = \"sql\"", ""},
              {"post_complete", "do = \"stream\", rows = 1", ""},
              {"pre_execute", "side = true, do = \"sql\"", ""},
              {"after_ddl", "side = true, do = \"stream\", rows = 1", ""}};
  for (const auto &row : rows) {
    CAPTURE(row.phase);
    CAPTURE(row.what);
    const project p(toml("300ms", 1) + probe(action("phase = \"" + row.phase + "\"",
                                                    row.what + ", sql = \"UPDATE t SET i = 3 RETURNING i\"")));
    p.database().sql("CREATE TABLE t AS SELECT 1 AS i");
    p.migration("0001_one.up.sql", row.directive + "CREATE TABLE one (i int);");
    const auto holder = named_session(p, "reporting", "LOCK TABLE t");
    const auto run = up(p, 1);
    const std::string who =
        "RowExclusiveLock on public.t, held by pid " + std::to_string(holder.backend_pid()) + " (user postgres, ";
    CHECK(run.answer().text("/error/sqlstate") == "55P03");
    CHECK(run.answer().text("/error/plugin") == "probe");
    CHECK(run.answer().text("/error/detail").starts_with("it waited for " + who));
    CHECK(count(run.err(), "waiting for " + who) == 1);
  }
}

TEST_CASE("so it is in what is recorded of a handler whose failure the run goes on without") {
  const project p(toml("300ms", 0) + probe(action("phase = \"after_ddl\"", "do = \"sql\", sql = \"SELECT FROM t\""),
                                           "on_failure = \"warn\""));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto holder = named_session(p, "reporting", "LOCK TABLE t");
  const auto run = up(p, 0);
  const std::string who =
      "it waited for AccessShareLock on public.t, held by pid " + std::to_string(holder.backend_pid());
  CHECK(has(run.messages("after_ddl"), who));
  CHECK(has(run.err(), who));
  CHECK(has(p.database().sql("SELECT message FROM davit.hook_call"), who));
}

TEST_CASE("so it is where a handler's COMMIT waits, and there without any timeout") {
  const project p(toml("0", 0) +
                  probe(R"t({ phase = "post_execute", do = "sql", sql = "INSERT INTO late VALUES (1)" })t"));
  p.database().sql(
      "CREATE TABLE t (i int); CREATE TABLE late (i int); CREATE FUNCTION touch() RETURNS trigger LANGUAGE "
      "plpgsql AS $$ BEGIN LOCK TABLE t; RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER touch AFTER INSERT "
      "ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touch()");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  auto holder = named_session(p, "reporting", "LOCK TABLE t");
  running_program davit(p.command({"up"}));
  davit.wait_for_output("waiting for AccessExclusiveLock on public.t, held by pid ");
  holder.exec("COMMIT");
  CHECK(davit.wait().exit_code == 0);
}

TEST_CASE("davit's own look for the holder of a lock waits for nobody: then the holder has no name, and nobody fails") {
  // New sessions need that table, too: the test must have had its own before.
  for (const bool in_handler : {true, false}) {
    CAPTURE(in_handler);
    const std::string waits = "UPDATE t SET i = 3";
    const project p(toml("30s", 0) + "[run]\ngrace = \"1s\"\n" +
                    (in_handler ? probe(action(R"t(phase = "after_ddl")t", "do = \"sql\", sql = \"" + waits + "\""),
                                        "deadline = \"6s\"\n")
                                : ""));
    p.database().sql("CREATE TABLE t AS SELECT 1 AS i");
    p.migration("0001_one.up.sql", "LOCK TABLE pg_authid; " + (in_handler ? "" : waits + ";"));
    auto holder = named_session(p, "reporting", "LOCK TABLE t");
    running_program davit(p.command({"up", "--json"}));
    davit.wait_for_output("waiting for RowExclusiveLock on relation ");
    holder.exec("COMMIT");
    const finished_run run(davit.wait());
    CHECK(run.exit_code() == 0);
    CHECK(has(run.err(), ", held by pid " + std::to_string(holder.backend_pid())));
    CHECK(p.database().sql("SELECT i FROM t") == "3");
  }
}

TEST_CASE("nor does a look whose answer never comes hold up anybody") {
  const project p(toml("20s", 0));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "ALTER TABLE t ADD j int;");
  auto holder = named_session(p, "reporting", "LOCK TABLE t");
  std::atomic<bool> looked{false};
  proxy network(server().folder(), {.from_client =
                                        [&](const proxied &who, const message &m) {
                                          if (who.application == "davit lock" && has(m.sql(), "pg_blocking_pids"))
                                            looked = true;
                                          return verdict::pass();
                                        },
                                    .from_server =
                                        [&](const proxied &who, const message &) {
                                          return looked && who.application == "davit lock" ? verdict::drop()
                                                                                           : verdict::pass();
                                        }});
  running_program davit(p.command({"up"}, {{"DAVIT_DATABASE_URL", network.url(p.database().name())}}));
  wait_until("a look", [&] { return looked.load(); });
  holder.exec("COMMIT");
  wait_until("the migration", [&] { return ledger(p) == "0001 applied"; });
  network.cut();
  davit.wait();
}

TEST_CASE("so it is where a stream on the side connection is committed, which ends by the handler's deadline") {
  const project p(
      toml("0", 0) +
      probe(
          R"t({ phase = "after_ddl", do = "stream", side = true, rows = 2, sql = "INSERT INTO late VALUES (1) RETURNING i" })t",
          "deadline = \"500ms\"\n"));
  p.database().sql(
      "CREATE TABLE t (i int); CREATE TABLE late (i int); CREATE FUNCTION touch() RETURNS trigger LANGUAGE "
      "plpgsql AS $$ BEGIN LOCK TABLE t; RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER touch AFTER INSERT "
      "ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touch()");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  SUBCASE("for a stranger") {
    const auto holder = named_session(p, "reporting", "LOCK TABLE t");
    const auto run = up(p, 124);
    CHECK(has(run.err(), "waiting for AccessExclusiveLock on public.t, held by pid "));
    CHECK(has(run.answer().text("/error/message"), "was not committed before its deadline"));
  }
  SUBCASE("for the migration itself") {
    p.migration("0001_one.up.sql", "LOCK TABLE t;");
    const auto run = up(p, 1);
    CHECK(has(run.answer().text("/error/message"), "the side connection waits for AccessExclusiveLock on public.t"));
  }
  CHECK(p.database().sql("SELECT count(*) FROM late") == "0");
}

TEST_CASE("a statement that is only slow asks nobody who holds what") {
  const project p(toml("300ms", 0));
  p.migration("0001_one.up.sql", "SELECT pg_sleep(0.5);");
  CHECK_FALSE(has(up(p, 0).err(), "waiting for"));
}

TEST_CASE("lock_timeout does not strike CREATE INDEX CONCURRENTLY, which waits and says for whom") {
  const project p(toml("50ms", 0));
  p.database().sql("CREATE TABLE t (i int)");
  p.migration("0001_one.up.sql", "CREATE INDEX CONCURRENTLY t_i ON t (i);");
  auto holder = named_session(p, "loader", "INSERT INTO t VALUES (1)");
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("held by pid " + std::to_string(holder.backend_pid()) + " (user postgres, 'loader'");
  wait_until("waiting for ten times lock_timeout", [&p] {
    return p.database().sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'davit run' AND datname = "
                            "current_database() AND state = 'active' AND query LIKE 'CREATE INDEX%' AND "
                            "clock_timestamp() - query_start > interval '500 ms'") == "1";
  });
  holder.exec("COMMIT");
  CHECK(davit.wait().exit_code == 0);
  CHECK(p.database().sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_i'::regclass") == "t");
}

TEST_CASE("nor does it strike that of a handler, which may run it where there is no transaction") {
  const struct {
    std::string at, directive, session;
  } rows[] = {{"phase = \"pre_execute\", side = true", "", "davit side"},
              {"phase = \"after_ddl\"", "-- davit: no-transaction\n", "davit run"}};
  for (const auto &row : rows) {
    CAPTURE(row.session);
    const std::string index = "CREATE INDEX CONCURRENTLY t_i ON t (i)";
    const project p(toml("50ms", 0) + probe(action(row.at, "do = \"sql\", sql = \"" + index + "\"") +
                                            action(row.at, "do = \"sql\", expect = \"50ms\", sql = "
                                                           "\"SHOW lock_timeout\"")));
    p.database().sql("CREATE TABLE t (i int)");
    p.migration("0001_one.up.sql", row.directive + "SELECT 1;");
    auto holder = named_session(p, "loader", "INSERT INTO t VALUES (1)");
    running_program davit(p.command({"up", "--json"}));
    davit.wait_for_output("held by pid " + std::to_string(holder.backend_pid()) + " (user postgres, 'loader'");
    wait_until("waiting for ten times lock_timeout", [&p, &row] {
      return p.database().sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + row.session +
                              "' AND datname = current_database() AND state = 'active' AND query LIKE 'CREATE INDEX%' "
                              "AND clock_timestamp() - query_start > interval '500 ms'") == "1";
    });
    holder.exec("COMMIT");
    const auto ended = davit.wait();
    CHECK_MESSAGE(ended.exit_code == 0, ended.out, ended.err);
    CHECK(p.database().sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_i'::regclass") == "t");
  }
}

TEST_CASE("nothing of pg_settings that a migration or a handler changed reaches the next migration") {
  // Every switch that a user can turn, and some of the others, for the session and not for the transaction.
  const std::string change =
      "DO $$ DECLARE s record; BEGIN FOR s IN SELECT name, setting FROM pg_settings WHERE context = 'user' AND vartype "
      "= "
      "'bool' AND name NOT LIKE 'transaction%' AND name <> 'exit_on_error' LOOP PERFORM set_config(s.name, CASE "
      "s.setting WHEN 'on' THEN 'off' ELSE 'on' END, false); END LOOP; END $$; "
      "SET statement_timeout = '1h'; SET lock_timeout = '1h'; SET idle_in_transaction_session_timeout = '1h'; "
      "SET work_mem = '9MB'; SET DateStyle = German; SET TimeZone = 'Asia/Tokyo'; SET search_path = pg_catalog; "
      "SET client_min_messages = error; SET default_transaction_isolation = serializable; SET bytea_output = escape; "
      "SET application_name = 'changed'; SELECT set_config('app.tenant', 'seven', false);";
  const auto kept = [](const std::string &n) {
    return "CREATE TABLE public.settings_" + n + " AS SELECT name, setting FROM pg_catalog.pg_settings;\n";
  };
  const project p(with_probe(R"t(
    { phase = "before_ddl", migration = "0002", do = "sql", sql = "SET work_mem = '11MB'" },
    { phase = "post_execute", do = "sql", sql = "SET random_page_cost = 7" },
    { phase = "pre_execute", do = "sql", sql = "SELECT set_config('seq_page_cost', '7', false)" })t"));
  p.migration("0001_one.up.sql", kept("1") + change);
  p.migration("0002_two.up.sql", kept("2") + change);
  p.migration("0003_three.up.sql", "-- davit: no-transaction\n" + kept("3") + change);
  p.migration("0004_four.up.sql", "-- davit: no-transaction\n" + kept("4"));
  p.migration("0005_five.up.sql", kept("5"));
  up(p, 0);
  const auto differ = [&p](const std::string &a, const std::string &b) {
    return p.database().sql("SELECT string_agg(a.name || ': ' || a.setting || ', ' || b.setting, '; ') FROM settings_" +
                            a + " a JOIN settings_" + b + " b USING (name) WHERE a.setting <> b.setting");
  };
  CHECK(p.database().sql("SELECT count(*) > 300 FROM settings_1") == "t");
  CHECK(differ("1", "2") == "");
  CHECK(differ("1", "5") == "");
  CHECK(differ("3", "4") == "");
}
