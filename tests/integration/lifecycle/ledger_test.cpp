// What a run leaves in the ledger.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a run that succeeds has its row, with plugins and stats; its migrations and every hook call have theirs") {
  const project p(
      "environment = \"staging\"\n[run]\nhint = \"release 7\"\nhint_owner = \"kim\"\nhint_token = \"t-1\"\n" +
      probe(at_every_phase("do = \"report\", text = \"here\", rows = 3")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0001_one.down.sql", "DROP TABLE one;");
  const auto run = up(p, 0);
  const auto sql = [&](std::string_view query) { return p.database().sql(query); };
  CHECK(sql("SELECT id, command, environment, outcome, message, hint, hint_owner, hint_token, db_user, finished >= "
            "started "
            "FROM davit.run") == run.answer().text("/run") + "|up|staging|applied||release 7|kim|t-1|postgres|t");
  CHECK(sql("SELECT plugins #>> '{0,name}', plugins #>> '{0,id}', plugins #>> '{0,version}', length(plugins #>> "
            "'{0,sha256}') FROM davit.run") == "probe|org.davit.test.probe|1.0.0|64");
  CHECK(
      sql("SELECT version, name, kind, state, length(up_checksum), length(down_checksum), verify_checksum, applied_by, "
          "duration_us > 0, m.run = r.id FROM davit.migration m, davit.run r") ==
      "0001|one|sql|applied|64|64||postgres|t|t");
  CHECK(sql("SELECT version, name, direction, outcome, message FROM davit.run_migration") == "0001|one|up|applied|");
  CHECK(sql("SELECT string_agg(phase, ' ' ORDER BY ordinal) FROM davit.hook_call") == run.phases());
  CHECK(sql("SELECT DISTINCT plugin, outcome, message, rows_affected, duration_us >= 0 FROM davit.hook_call") ==
        "probe|ok|here|3|t");
  CHECK(sql("SELECT string_agg(phase, ' ' ORDER BY ordinal) FROM davit.hook_call WHERE migration = '0001'") ==
        "pre_execute before_validation before_ddl after_ddl after_validation cleanup post_execute");
  CHECK(sql("SELECT count(*) FROM davit.hook_call WHERE phase IN ('startup', 'success') AND migration IS NULL") == "2");
}

TEST_CASE("down keeps the migration's row as reverted, and adds to what the runs did") {
  const project p(with_probe(""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0001_one.down.sql", "DROP TABLE one;");
  up(p, 0);
  down(p, 0);
  CHECK(p.database().sql("SELECT state FROM davit.migration") == "reverted");
  CHECK(p.database().sql("SELECT direction, outcome FROM davit.run_migration ORDER BY finished") ==
        "up|applied\ndown|reverted");
  CHECK(p.database().sql("SELECT command, outcome FROM davit.run ORDER BY started") == "up|applied\ndown|reverted");
}

TEST_CASE("a run that fails is recorded with its reason, and so is every call of its hooks, the failing one included") {
  const project p(with_probe(R"t({ phase = "before_ddl", do = "report", text = "fine" },
                                { phase = "after_ddl", do = "fail", text = "not today" },
                                { phase = "failure", do = "report", text = "seen" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 1);
  CHECK(p.database().sql("SELECT outcome, message FROM davit.run") == "failed|not today");
  CHECK(p.database().sql("SELECT version, outcome, message FROM davit.run_migration") == "0001|failed|not today");
  CHECK(p.database().sql("SELECT phase, outcome, message FROM davit.hook_call ORDER BY ordinal") ==
        "before_ddl|ok|fine\nafter_ddl|failed|not today\nfailure|ok|seen");
  CHECK(p.database().sql("SELECT count(*) FROM davit.migration") == "0");
}

TEST_CASE("a run that had nothing to do leaves no row") {
  const project p(with_probe(R"t({ phase = "startup", do = "report", text = "here" })t"));
  up(p, 0);
  CHECK(p.database().sql("SELECT (SELECT count(*) FROM davit.run), (SELECT count(*) FROM davit.hook_call)") == "0|0");
}

TEST_CASE("a veto and a deadline are recorded as what they are") {
  const project p(with_probe(R"t({ phase = "before_ddl", do = "veto", text = "no" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 7);
  p.configure(with_probe(R"t({ phase = "before_ddl", do = "wait" })t", "deadline = \"20ms\""));
  up(p, 124);
  CHECK(p.database().sql("SELECT outcome FROM davit.run ORDER BY started") == "vetoed\ndeadline");
  CHECK(p.database().sql("SELECT outcome FROM davit.hook_call ORDER BY started") == "veto\ndeadline");
}

TEST_CASE(
    "another run that applied the migration meanwhile makes this one fail before its COMMIT: nothing is done twice") {
  // What the other run leaves, made by hand: davit's locks would have kept the two apart.
  const std::string row =
      "INSERT INTO davit.migration (version, name, state, direction, up_checksum, applied_at, applied_by, duration_us, "
      "run, statements_done, kind) VALUES ('0001', 'one', 'applied', 'up', 'x', now(), 'another', 1, "
      "gen_random_uuid(), 0, 'sql')";
  const std::string again = "UPDATE davit.migration SET state = 'applied'";
  for (const bool reverted_before : {false, true}) {
    CAPTURE(reverted_before);
    const project p{std::string(head)};
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    p.migration("0001_one.down.sql", "DROP TABLE one;");
    if (reverted_before) {
      up(p, 0);
      down(p, 0);
    }
    p.configure(with_probe("{ phase = \"cleanup\", do = \"sql\", side = true, sql = \"" +
                           (reverted_before ? again : row) + "\" }"));
    const auto run = up(p, 6);
    CHECK(run.answer().text("/error/code") == "ledger_conflict");
    CHECK(has(run.answer().text("/error/message"), "another run has changed it since this one made its plan"));
    CHECK(run.answer().text("/error/state").starts_with("nothing of 0001_one is in the database"));
    CHECK_FALSE(exists(p, "one"));
    CHECK(ledger(p) == "0001 applied");
  }
}

TEST_CASE("what the database keeps out of the ledger is not applied either") {
  const std::string trigger =
      "CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; "
      "CREATE TRIGGER keep_out BEFORE INSERT ON davit.TABLE FOR EACH ROW EXECUTE FUNCTION keep_out()";
  const std::string rule = "CREATE RULE keep_out AS ON INSERT TO davit.TABLE DO INSTEAD NOTHING";
  for (const std::string table : {"migration", "run_migration"})
    for (std::string by : {trigger, rule}) {
      const project p(with_probe(""));
      p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
      up(p, 0);
      by.replace(by.find("TABLE"), 5, table);
      CAPTURE(by);
      p.database().sql(by);
      for (const std::string directive : {"", "-- davit: no-transaction\n"}) {
        CAPTURE(directive);
        p.migration("0002_two.up.sql", directive + "CREATE TABLE two (i int);");
        const auto run = p.davit({"up"});
        CHECK(run.exit_code != 0); // the server itself refuses a rule that would hide one of several rows
        CHECK((has(run.err, "did not take the row of migration 0002") || has(run.err, " rule")));
        CHECK(exists(p, "two") != directive.empty());
        CHECK(has(p.davit({"status"}).out, "1 applied"));
      }
    }
}

TEST_CASE("a run whose row was taken away says so") {
  const project p(with_probe(""));
  p.migration("0001_one.up.sql", "DELETE FROM davit.run;");
  CHECK(has(up(p, 0).err(), "is not in \"davit\".run any more"));
}

TEST_CASE("a run's end is recorded also where its stats cannot be, or what its handlers did") {
  const project p(with_probe(R"t({ phase = "success", do = "report", text = "done" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  p.database().sql("ALTER TABLE davit.run ADD CHECK (stats IS NULL) NOT VALID;"
                   "ALTER TABLE davit.hook_call ADD CHECK (phase <> 'success') NOT VALID");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  const std::string warnings = up(p, 0).answer().dump("/warnings");
  CHECK(has(warnings, "the stats of the run could not be recorded"));
  CHECK(has(warnings, "what handlers did could not be recorded"));
  CHECK(p.database().sql("SELECT string_agg(outcome, ' ') FROM davit.run") == "applied applied");
  CHECK_FALSE(has(up(p, 0).all_output(), "ended without a word"));
}
