// Hooks in a dry run: told so, undone, read-only beside the transaction, or skipped.
#include "dry_run.hpp"

#include "support/paths.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

const std::string in_tx = R"t(do = "sql", sql = "INSERT INTO seen VALUES (1)")t";

std::string probe_with_net(std::string_view actions) {
  return "\n[[plugins]]\nname = \"net\"\npath = \"" + (test_plugin_dir() / "libprobe_net.so").string() +
         "\"\n[plugins.config]\nactions = [\n" + std::string(actions) + "\n]\n";
}

} // namespace

TEST_CASE("dry run: handlers are told, at every phase, and what they write is gone") {
  project p(with_probe(at_every_phase(in_tx) + at_every_phase(R"t(do = "describe", text = "run")t")));
  p.database().sql("CREATE TABLE seen (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_bad.up.sql", "SELECT 1 / 0;");
  const auto dry = rehearse(p, 1);
  for (const std::string phase : {"startup", "pre_execute", "after_ddl", "post_execute", "on_error", "failure"}) {
    CAPTURE(phase);
    CHECK(has(dry.messages(phase), "dry=yes"));
  }
  CHECK(dry.phases().ends_with("on_error failure"));
  CHECK_FALSE(has(up(p, 1).messages("startup"), "dry=yes"));
}

TEST_CASE("dry run: a handler between migrations sees what was rehearsed, and later ones see what it did") {
  project p(with_probe(R"t(
    { phase = "pre_execute", migration = "0002", do = "sql", sql = "INSERT INTO seen SELECT count(*) FROM one" },
    { phase = "after_ddl", migration = "0002", do = "sql", sql = "SELECT i FROM seen", expect = "1" },
    { phase = "post_complete", do = "sql", sql = "SELECT count(*) FROM two", expect = "1" },
    { phase = "success", do = "sql", sql = "SELECT count(*) FROM two", expect = "1" })t"));
  p.database().sql("CREATE TABLE seen (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); INSERT INTO one VALUES (1);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int); INSERT INTO two VALUES (2);");
  CHECK(rehearse(p, 0).outcomes("success") == "ok");
}

TEST_CASE("dry run: a failing handler and a veto end it as they end a run") {
  for (const std::string phase : {"startup", "pre_execute", "after_ddl", "cleanup"}) {
    CAPTURE(phase);
    project p(with_probe(action("phase = \"" + phase + "\"", in_tx) +
                         action("phase = \"" + phase + "\"", R"t(do = "fail", text = "no")t") +
                         action("phase = \"failure\"", in_tx)));
    p.database().sql("CREATE TABLE seen (i int)");
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    const auto dry = rehearse(p, 1);
    CHECK(dry.answer().text("/error/phase") == phase);
    CHECK(dry.outcomes("failure") == "ok");
  }
  project p(with_probe(R"t({ phase = "after_ddl", do = "veto", text = "not today" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto dry = rehearse(p, 7);
  CHECK(dry.answer().text("/outcome") == "vetoed");
  CHECK(dry.answer().text("/error/message") == "not today");
}

TEST_CASE("dry run: a soft failure is undone, and the rest goes on") {
  project p(with_probe(
      action("phase = \"after_ddl\"", in_tx) + action("phase = \"after_ddl\"", R"t(do = "fail", text = "no")t") +
          R"t({ phase = "cleanup", handler = "late", do = "sql", sql = "SELECT count(*) FROM seen", expect = "0" })t",
      "on_failure = \"warn\"\n"));
  p.database().sql("CREATE TABLE seen (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto dry = rehearse(p, 0);
  CHECK(dry.outcomes("after_ddl") == "failed");
  CHECK(dry.outcomes("cleanup") == "ok");
}

TEST_CASE("dry run: the side connection can be read from, and not be written to, whatever is tried") {
  for (const std::string sql :
       {"INSERT INTO seen VALUES (1)", "SET transaction_read_only = off; INSERT INTO seen VALUES (1)",
        "WITH x AS (SELECT set_config('transaction_read_only', 'off', false)) INSERT INTO seen SELECT 1 FROM x",
        "DO $$ BEGIN SET TRANSACTION READ WRITE; INSERT INTO seen VALUES (1); END $$", "CREATE TABLE mine (i int)",
        "SELECT nextval('s')", "VACUUM seen"}) {
    CAPTURE(sql);
    project p(with_probe(
        R"t({ phase = "after_ddl", do = "sql", side = true, sql = "SELECT count(*) FROM seen", expect = "0" },
            { phase = "after_ddl", do = "sql", side = true, catch = true, sql = "SET default_transaction_read_only = off" },
            { phase = "after_ddl", do = "sql", side = true, sql = ")t" +
        sql + "\" }"));
    p.database().sql("CREATE TABLE seen (i int); CREATE SEQUENCE s");
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    CHECK(rehearse(p, 1).answer().text("/error/code") == "hook_failed");
  }
  project p(with_probe(R"t({ phase = "pre_execute", do = "sql", side = true, sql = "INSERT INTO seen VALUES (1)" })t"));
  p.database().sql("CREATE TABLE seen (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(has(rehearse(p, 1).answer().text("/error/hint"), "in a dry run the side connection is read-only"));
  up(p, 0);
  CHECK(p.database().sql("SELECT * FROM seen") == "1");
}

TEST_CASE("dry run: a plugin that may act outside is skipped and named, but for handlers that are declared safe") {
  const project p(std::string(head) + probe_with_net(R"t(
    { phase = "after_ddl", handler = "send", do = "report", text = "sent" },
    { phase = "after_ddl", handler = "safe_send", do = "report", text = "simulated" },
    { phase = "success", handler = "send", do = "report", text = "sent" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto dry = rehearse(p, 0);
  CHECK(dry.outcomes("after_ddl") == "skipped ok");
  CHECK(dry.outcomes("success") == "skipped");
  CHECK(has(dry.messages("after_ddl"), "it may act outside of the database"));
  CHECK(has(dry.messages("after_ddl"), "simulated"));
  CHECK(has(p.davit({"up", "--dry-run"}).err, "skipped net.send at after_ddl: it may act outside"));
  CHECK(up(p, 0).outcomes("after_ddl") == "ok ok");
}

TEST_CASE("dry run: what a handler sets for its session ends with it") {
  project p(with_probe(R"t(
    { phase = "pre_execute", handler = "a", do = "sql", sql = "SET search_path = nowhere" },
    { phase = "pre_execute", handler = "b", do = "sql", sql = "SHOW search_path", expect = '"$user", public' })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  rehearse(p, 0);
}

TEST_CASE(
    "dry run: what the server lets a read-only handler do is not committed, and what cannot be undone is listed") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "sql", side = true, sql = "SELECT lo_create(4711)", catch = true },
    { phase = "startup", handler = "copy", do = "sql", side = true, sql = "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'" },
    { phase = "after_ddl", handler = "emit", do = "sql", sql = "SELECT pg_logical_emit_message(false, 'a', 'b')" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  const std::string traces = rehearse(p, 0).answer().dump("/traces");
  CHECK(count(traces, "COPY with a file or program by plugin 'probe', handler 'copy' at startup") == 1);
  CHECK(count(traces, "pg_logical_emit_message() by plugin 'probe', handler 'emit' at after_ddl") == 1);
  CHECK(p.database().sql("SELECT count(*) FROM pg_largeobject_metadata") == "0");
}
