// Settings that a handler or a migration changes do not outlive it.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view shown = "SELECT concat_ws(' ', current_setting('work_mem'), current_setting('search_path'), "
                                   "current_setting('DateStyle'), current_user, session_user)";

std::string look(std::string_view phase, std::string_view handler) {
  return "{ phase = \"" + std::string(phase) + "\", handler = \"" + std::string(handler) +
         "\", do = \"sql\", sql = \"" + std::string(shown) + "\" },\n";
}

std::string change(std::string_view phase) {
  std::string out;
  for (const auto *sql : {"SET work_mem = '9MB'", "SET LOCAL search_path = pg_catalog",
                          "SELECT set_config('DateStyle', 'German', false)", "SET ROLE other"})
    out += "{ phase = \"" + std::string(phase) + "\", handler = \"change\", do = \"sql\", sql = \"" + sql + "\" },\n";
  return out;
}

struct shop : project {
  explicit shop(const std::string &toml) : project(toml) {
    database().sql("DO $$ BEGIN CREATE ROLE other; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  }
};

} // namespace

TEST_CASE("SET, SET LOCAL, set_config and SET ROLE of a handler are gone after it, also before the next handler") {
  for (const std::string phase : {"before_ddl", "pre_execute"}) {
    CAPTURE(phase);
    const shop p(with_probe(look(phase, "first") + change(phase) + look(phase, "last")));
    p.migration("0001_one.up.sql", "CREATE TABLE seen AS " + std::string(shown) + " AS it;");
    const auto run = up(p, 0);
    const std::string messages = run.messages(phase);
    const std::string before = messages.substr(0, messages.find(" | "));
    CHECK(messages == before + " | German, DMY | " + before);
    CHECK(p.database().sql("SELECT it FROM seen") == before);
    CHECK(p.database().sql("SELECT tableowner FROM pg_tables WHERE tablename = 'seen'") == "postgres");
  }
}

TEST_CASE("a handler's settings are gone after it in a migration without a transaction") {
  const shop p(with_probe(look("before_ddl", "first") + change("before_ddl") + look("before_ddl", "last")));
  p.migration("0001_one.up.sql", "-- davit: no-transaction\nCREATE TABLE seen AS " + std::string(shown) + " AS it;");
  const auto run = up(p, 0);
  const std::string messages = run.messages("before_ddl");
  const std::string before = messages.substr(0, messages.find(" | "));
  CHECK(has(messages, before + " | "));
  CHECK(messages.ends_with(" | " + before));
  CHECK(p.database().sql("SELECT it FROM seen") == before);
}

TEST_CASE("settings of a handler that fails softly are undone with its work") {
  const shop p(with_probe(look("before_ddl", "first") + change("before_ddl") +
                              R"t({ phase = "before_ddl", handler = "change", do = "fail", text = "no" },)t" +
                              look("before_ddl", "last"),
                          "on_failure = \"warn\""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const std::string messages = up(p, 0).messages("before_ddl");
  const std::string before = messages.substr(0, messages.find(" | "));
  CHECK(messages == before + " | no | " + before);
}

TEST_CASE("settings that a migration changed hold for its own later statements and are gone before the next one") {
  const shop p(with_probe(look("after_ddl", "look") + look("post_execute", "look")));
  p.migration("0001_one.up.sql", "SET work_mem = '9MB'; SET DateStyle = German; SET ROLE other; SET search_path = "
                                 "pg_catalog; SELECT set_config('app.tenant', 'seven', false);");
  p.migration("0002_two.up.sql",
              "CREATE TABLE seen AS SELECT current_setting('app.tenant', true) AS tenant, current_user AS owner;");
  const auto run = up(p, 0);
  const std::string inside = run.messages("after_ddl");
  const std::string clean = run.messages("post_execute");
  CHECK(inside.starts_with("9MB pg_catalog German"));
  CHECK(inside.substr(0, inside.find(" | ")).ends_with(" other postgres"));
  const std::string first = clean.substr(0, clean.find(" | "));
  CHECK(clean == first + " | " + first);
  CHECK(inside.ends_with(" | " + first));
  CHECK(p.database().sql("SELECT * FROM seen") == "|postgres");
}

TEST_CASE("a migration without a transaction leaves no settings to the next one") {
  const shop p(with_probe(look("pre_execute", "look")));
  p.migration("0001_one.up.sql", "-- davit: no-transaction\nSET work_mem = '9MB'; SET ROLE other;");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  const std::string messages = up(p, 0).messages("pre_execute");
  const std::string first = messages.substr(0, messages.find(" | "));
  CHECK(messages == first + " | " + first);
}

TEST_CASE("settings on the side connection are gone after the handler") {
  const project p(with_probe(R"t(
    { phase = "before_ddl", handler = "a", do = "sql", side = true, sql = "SET work_mem = '9MB'" },
    { phase = "before_ddl", handler = "a", do = "sql", side = true, sql = "SHOW work_mem", expect = "9MB" },
    { phase = "before_ddl", handler = "b", do = "sql", side = true, sql = "SHOW work_mem", expect = "4MB" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
}

TEST_CASE("settings of an application's own that a handler makes up are gone before the next migration") {
  for (const std::string phase : {"pre_execute", "before_ddl", "cleanup", "post_execute"}) {
    CAPTURE(phase);
    const project p(with_probe("{ phase = \"" + phase +
                               "\", migration = \"0001\", do = \"sql\", sql = \"SET app.tenant = 'seven'\" },"));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    p.migration("0002_two.up.sql", "CREATE TABLE seen AS SELECT current_setting('app.tenant', true) AS tenant;");
    up(p, 0);
    CHECK(p.database().sql("SELECT tenant FROM seen") == "");
  }
}

TEST_CASE(
    "what a handler between migrations leaves in the session, temporary tables too, takes no rows of a migration") {
  for (const std::string direction : {"up", "dry"})
    for (const std::string phase : {"pre_execute", "post_execute"}) {
      CAPTURE(direction);
      CAPTURE(phase);
      std::string left;
      for (const auto *sql : {"CREATE TEMP TABLE IF NOT EXISTS one (i int)", "PREPARE mine AS SELECT 1",
                              "DECLARE mine CURSOR WITH HOLD FOR SELECT 1", "LISTEN mine"})
        left += action("phase = \"" + phase + "\", handler = \"leave\"",
                       "do = \"sql\", sql = \"" + std::string(sql) + "\"");
      const project p(with_probe(left));
      p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
      p.migration("0002_two.up.sql", "INSERT INTO one VALUES (2); SELECT 1 / count(*) FROM public.one;"
                                     "SELECT 1 / (1 - count(*)) FROM pg_prepared_statements WHERE name = 'mine';"
                                     "SELECT 1 / (1 - count(*)) FROM pg_cursors WHERE name = 'mine';"
                                     "SELECT 1 / (1 - count(*)) FROM pg_listening_channels();");
      if (direction == "up")
        up(p, 0);
      else
        davit_run(p, {"up", "--dry-run"}, 0);
    }
}
