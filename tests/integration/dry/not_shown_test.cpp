// What one transaction cannot show is listed, and what a rollback does not take back is named.
#include "dry_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("dry run: a file without a transaction, and what comes after it, is listed as not tried") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_index.up.sql", "SELECT 1;\nCREATE INDEX CONCURRENTLY ON one (i);");
  p.migration("0003_three.up.sql", "SELECT nonsense;");
  const auto dry = rehearse(p, 0);
  CHECK(dry.answer().integer("/done") == 1);
  CHECK(not_tried(dry) == "0002 CREATE INDEX CONCURRENTLY at line 2: it cannot run inside a transaction\n"
                          "0003 it comes after 0002_index\n");
  CHECK(dry.answer().text("/not_tried/0/file").ends_with("0002_index.up.sql"));
  CHECK(dry.answer().integer("/not_tried/0/line") == 2);
  CHECK(count(dry.phases(), "pre_execute") == 1);
  CHECK(dry.phases().ends_with("post_complete success"));
  const auto text = p.davit({"up", "--dry-run"}).out;
  CHECK(has(text, "1 of 3 migrations could be applied"));
  CHECK(has(text, "not tried: 0003_three: it comes after 0002_index"));
}

TEST_CASE("dry run: where the first migration has no transaction nothing is tried") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  p.migration("0001_one.up.sql", "-- why\n-- davit: no-transaction\nCREATE TABLE one (i int);");
  const auto dry = rehearse(p, 0);
  CHECK(dry.answer().text("/outcome") == "not_tried");
  CHECK(dry.answer().integer("/not_tried/0/line") == 2);
  CHECK(dry.phases() == "startup pre_validate validated success");
}

TEST_CASE("dry run: a new enum value that a later migration uses cannot be shown") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  p.database().sql("CREATE TYPE mood AS ENUM ('good'); CREATE TABLE t (m mood)");
  p.migration("0001_value.up.sql", "ALTER TYPE mood ADD VALUE 'bad';");
  p.migration("0002_use.up.sql", "SELECT 1;\nINSERT INTO t VALUES ('bad');");
  p.migration("0003_more.up.sql", "SELECT 1;");
  const auto dry = rehearse(p, 0);
  CHECK(dry.answer().integer("/done") == 1);
  CHECK(has(not_tried(dry), "0002 it uses an enum value that an earlier migration adds"));
  CHECK(has(not_tried(dry), "0003 it comes after 0002_use"));
  CHECK(dry.answer().integer("/not_tried/0/line") == 2);
  CHECK_FALSE(has(dry.phases(), "on_error"));
  up(p, 0);
}

TEST_CASE("dry run: a new enum value that its own migration uses is the failure that it is") {
  const project p;
  p.database().sql("CREATE TYPE mood AS ENUM ('good'); CREATE TABLE t (m mood)");
  p.migration("0001_other.up.sql", "CREATE TYPE other AS ENUM ('bad', 'mood');");
  p.migration("0002_use.up.sql", "ALTER TYPE mood ADD VALUE 'bad'; INSERT INTO t VALUES ('bad');");
  CHECK(rehearse(p, 1).answer().text("/error/sqlstate") == "55P04");
  up(p, 1);
}

TEST_CASE("dry run: an isolation level of a file is left out, and the rest of it is rehearsed") {
  const project p;
  p.migration("0001_one.up.sql", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE one (i int);");
  const auto dry = rehearse(p, 0);
  CHECK(has(dry.answer().text("/warnings/0"), "0001_one.up.sql:1:1: left out of the dry run"));
  up(p, 0);
}

TEST_CASE("dry run: sequences that were moved are named, with where they stood and stand") {
  const project p;
  p.database().sql("CREATE SEQUENCE \"S one\"; CREATE SEQUENCE untouched; CREATE SEQUENCE placed;"
                   "SELECT nextval('\"S one\"'); CREATE TABLE t (id serial)");
  p.migration("0001_one.up.sql", "SELECT nextval('\"S one\"') FROM generate_series(1, 3); SELECT setval('placed', 7, "
                                 "false); CREATE SEQUENCE fresh; SELECT nextval('fresh'); INSERT INTO t DEFAULT VALUES;"
                                 "ALTER SEQUENCE untouched RESTART WITH 9; SELECT nextval('untouched');");
  const auto dry = davit_run(p, {"up", "--dry-run"}, 0);
  REQUIRE(dry.answer().size("/traces") == 3);
  CHECK(dry.answer().dump("/traces/0") == R"({"after":"4","before":"1","kind":"sequence","name":"public.\"S one\""})");
  CHECK(dry.answer().text("/traces/1/name") == "public.placed");
  CHECK(dry.answer().text("/traces/1/before") == "1, not used yet");
  CHECK(dry.answer().text("/traces/1/after") == "7, not used yet");
  CHECK(dry.answer().text("/traces/2/name") == "public.t_id_seq");
  CHECK(has(p.davit({"up", "--dry-run"}).out, "not rolled back: sequence public.\"S one\" stood at 4, now at 7"));
}

TEST_CASE("dry run: statements that act outside of the database are named") {
  const project p;
  p.migration("0001_one.up.sql", "SELECT 1;\nCOPY (SELECT 1) TO PROGRAM 'cat > /dev/null';");
  const auto dry = rehearse(p, 0);
  CHECK(dry.answer().text("/traces/0/kind") == "outside");
  CHECK(dry.answer().text("/traces/0/name") == "COPY with a file or program");
  CHECK(dry.answer().integer("/traces/0/line") == 2);
}

TEST_CASE("what statements may have done outside is not said to be undone where a migration fails") {
  const project p;
  p.migration("0001_one.up.sql", "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null';\nSELECT 1/0;");
  CHECK(rehearse(p, 1).answer().text("/error/state") ==
        "this was a dry run: nothing of it stays in the database but what statements may have done outside of its "
        "transaction");
  CHECK(up(p, 1).answer().text("/error/state") ==
        "nothing of 0001_one is in the database; what COPY with a file or program may have done outside of its "
        "transaction stays");
}

TEST_CASE("a dry run fails where the run cannot write its ledger, and as it does") {
  const project p;
  const auto both_fail = [&](const environment &as = {}) {
    const unchanged database(p);
    const auto dry = davit_run(p, {"up", "--dry-run"}, 1, as);
    database.check();
    const auto run = davit_run(p, {"up"}, 1, as);
    for (const auto *what : {"/error/code", "/error/message", "/error/sqlstate"})
      CHECK(dry.answer().text(what) == run.answer().text(what));
    return dry;
  };
  SUBCASE("as the migration takes away what the first run has just made") {
    p.migration("0001_one.up.sql", "DROP SCHEMA davit CASCADE;");
    CHECK(both_fail().answer().text("/error/sqlstate") == "42P01");
    return;
  }
  SUBCASE("as the role may not make it") {
    const std::string role = p.database().name() + "_writer";
    p.database().sql("CREATE ROLE " + role + " LOGIN");
    p.migration("0001_one.up.sql", "SELECT 1;");
    const auto dry = both_fail({{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + role}});
    CHECK(has(dry.answer().text("/error/hint"), "davit doctor prints the GRANT"));
    p.database().sql("DROP ROLE " + role);
    return;
  }
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  SUBCASE("as the migration takes it away") {
    p.migration("0002_two.up.sql", "DROP SCHEMA davit CASCADE;");
    both_fail();
  }
  SUBCASE("as the role may only read it") {
    const std::string role = p.database().name() + "_reader";
    p.database().sql("CREATE ROLE " + role + " LOGIN; GRANT USAGE ON SCHEMA davit TO " + role +
                     "; GRANT SELECT ON ALL TABLES IN SCHEMA davit TO " + role);
    p.migration("0002_two.up.sql", "SELECT 1;");
    const auto dry = both_fail({{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + role}});
    CHECK(has(dry.answer().text("/error/hint"), "davit doctor prints the GRANT"));
    p.database().sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
  }
}

TEST_CASE("a dry run tells as a run does that what handlers did cannot be written to the ledger") {
  for (const std::string missing : {"INSERT ON davit.hook_call", "UPDATE ON davit.run_migration"}) {
    CAPTURE(missing);
    const project p(with_probe(R"t({ phase = "post_execute", do = "report", text = "done" })t"));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    up(p, 0);
    const std::string role = p.database().name() + "_mute";
    p.database().sql("CREATE ROLE " + role + " LOGIN; GRANT USAGE ON SCHEMA davit TO " + role +
                     "; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA davit TO " + role + "; REVOKE " + missing +
                     " FROM " + role);
    const environment as{{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + role}};
    const auto both_fail = [&] {
      const unchanged database(p);
      const auto dry = davit_run(p, {"up", "--dry-run"}, 1, as);
      database.check();
      const auto run = davit_run(p, {"up"}, 1, as);
      for (const auto *what : {"/error/code", "/error/message", "/error/hint"})
        CHECK(dry.answer().text(what) == run.answer().text(what));
      return dry.answer().text("/error/message");
    };
    const std::string told = "what handlers did could not be recorded in the ledger: permission denied for table";
    p.migration("0002_two.up.sql", "SELECT 2;"); // behind the last one there is nothing to stop
    CHECK(has(davit_run(p, {"up", "--dry-run"}, 0, as).err(), told));
    CHECK(has(davit_run(p, {"up"}, 0, as).err(), told));
    if (missing.starts_with("UPDATE")) CHECK(both_fail() == "permission denied for table run_migration"); // it is owed
    up(p, 0);
    p.migration("0003_three.up.sql", "SELECT 3;");
    p.migration("0004_four.up.sql", "SELECT 4;");
    CHECK(has(both_fail(), told));
    p.database().sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
  }
}

TEST_CASE("a dry run needs no more rights on the ledger than the run") {
  const project p;
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 0);
  const std::string role = p.database().name() + "_inserter";
  p.database().sql("CREATE ROLE " + role + " LOGIN; GRANT USAGE ON SCHEMA davit TO " + role +
                   "; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA davit TO " + role +
                   "; REVOKE UPDATE ON davit.migration FROM " + role);
  p.migration("0002_two.up.sql", "SELECT 1;");
  const environment as{{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + role}};
  davit_run(p, {"up", "--dry-run"}, 0, as);
  davit_run(p, {"up"}, 0, as);
  p.database().sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
}
