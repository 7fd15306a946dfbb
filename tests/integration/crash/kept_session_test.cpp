// What the session of a file was set to when it stopped, by whatever it had called: asked then, and made so again.
#include "half_way.hpp"
#include "lifecycle/kept_session/kept_session.hpp"
#include "support/older_ledger.hpp"
#include "support/working_role.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <utility>

using namespace davit::test;

namespace {

constexpr std::string_view marked = "-- davit: no-transaction\n";
constexpr const char *sets_search_path =
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('search_path', 'app', false); "
    "RETURN 1; END $$";

std::string schemas(const project &p) {
  return p.database().sql("SELECT string_agg(relname || ' in ' || relnamespace::regnamespace, ', ' ORDER BY relname) "
                          "FROM pg_class WHERE relname IN ('a', 'b')");
}

void write(const project &p, const std::string &first, const std::string &type) {
  p.migration("0001_t.up.sql", std::string(marked) + first + "\nCREATE TABLE a ();\nCREATE TABLE b (x " + type + ");");
}

// The last statement fails, is mended, and run behind the stop.
std::string stop_and_go_on(const project &p, const std::string &first) {
  write(p, first, "missing");
  up(p, 1);
  write(p, first, "int");
  resume(p);
  return up(p, 0).err();
}

} // namespace

TEST_CASE("what was set where no statement of the file shows it is set again when it goes on") {
  const project p;
  p.database().sql("CREATE SCHEMA app");
  std::string setup = sets_search_path, first;
  SUBCASE("EXECUTE in a function") {
    setup = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'set search_path = app'; END $$";
    first = "SELECT f();";
  }
  SUBCASE("a body in standard SQL") {
    setup = "CREATE FUNCTION f() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT set_config('search_path', 'app', "
            "false); END";
    first = "SELECT f();";
  }
  SUBCASE("a trigger") {
    setup = "CREATE TABLE t (x int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
            "set_config('search_path', 'app', false); RETURN NEW; END $$; CREATE TRIGGER f BEFORE INSERT ON t FOR EACH "
            "ROW EXECUTE FUNCTION f()";
    first = "INSERT INTO t VALUES (1);";
  }
  SUBCASE("a view") {
    setup += "; CREATE VIEW v AS SELECT f()";
    first = "SELECT * FROM v;";
  }
  SUBCASE("DO that calls") { first = "DO $$ BEGIN PERFORM f(); END $$;"; }
  SUBCASE("a prepared statement") { first = "PREPARE p AS SELECT set_config('search_path', 'app', false); EXECUTE p;"; }
  SUBCASE("UPDATE pg_settings") { first = "UPDATE pg_settings SET setting = 'app' WHERE name = 'search_path';"; }
  SUBCASE("what the file prepares needs it") { first = "SELECT f(); CREATE TABLE c (); PREPARE p AS TABLE c;"; }
  p.database().sql(setup);
  const auto err = stop_and_go_on(p, first);
  CHECK(schemas(p) == "a in app, b in app");
  CHECK_FALSE(has(err, "may have left"));
}

TEST_CASE("what the session was set to is kept whatever encoding a statement was prepared in") {
  const project p;
  p.database().sql("CREATE SCHEMA \"größe\"; CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT "
                   "set_config('search_path', '\"größe\", public', false) $$");
  std::string prepares = "PREPARE p AS SELECT 1;", shown = "LATIN1";
  SUBCASE("as a statement of its own") {}
  SUBCASE("in a transaction of the file's") { prepares = "BEGIN;\n" + prepares + "\nCOMMIT;"; }
  SUBCASE("in an encoding that is the transaction's alone") {
    prepares =
        "SET client_encoding = 'UTF8';\nBEGIN;\nSET LOCAL client_encoding = 'LATIN1';\n" + prepares + "\nCOMMIT;";
    shown = "UTF8";
  }
  const auto err = stop_and_go_on(p, "SELECT f();\nSET client_encoding = 'LATIN1';\n" + prepares +
                                         "\nCREATE TABLE encoding AS SELECT current_setting('client_encoding');");
  CHECK_FALSE(has(err, "is not known"));
  CHECK(schemas(p) == "a in \"größe\", b in \"größe\"");
  CHECK(p.database().sql("TABLE \"größe\".encoding") == shown);
}

TEST_CASE("what was kept at a stop and has been reset since is in nobody's way") {
  const project p;
  const std::string role = "gone_" + p.database().name();
  p.database().sql("CREATE TEXT SEARCH CONFIGURATION cfg (copy = simple); CREATE ROLE " + role);
  std::string first = "SET ROLE " + role + ";", then = "RESET ROLE;\nDROP ROLE " + role + ";";
  SUBCASE("a setting") {
    first = "SET default_text_search_config = 'public.cfg';";
    then = "RESET default_text_search_config;\nDROP TEXT SEARCH CONFIGURATION cfg;\nDROP ROLE " + role + ";";
  }
  SUBCASE("a role") {}
  SUBCASE("all of it") { then = "DISCARD ALL;\nDROP ROLE " + role + ";"; }
  p.migration("0001_t.up.sql", std::string(marked) + first + "\nSELECT 1 FROM missing;\n" + then +
                                   "\nSELECT pg_sleep(1);\nCREATE TABLE a ();");
  up(p, 1);
  p.database().sql("CREATE TABLE missing (); GRANT ALL ON missing TO public");
  resume(p);
  kill_in(p, "pg_sleep(1)");
  p.database().sql("DROP TABLE missing");
  resume(p);
  up(p, 0);
  CHECK(exists(p, "a"));
}

TEST_CASE("the rest of a file goes on with what its session had begun with, and says so") {
  const project p;
  const std::string database = p.database().name();
  p.database().sql("CREATE SCHEMA app");
  std::string first;
  SUBCASE("ALTER DATABASE") { first = "ALTER DATABASE " + database + " SET search_path = app;"; }
  SUBCASE("ALTER ROLE") { first = "ALTER ROLE CURRENT_USER IN DATABASE " + database + " SET search_path = app;"; }
  const auto err = stop_and_go_on(p, first);
  CHECK(schemas(p) == "a in public, b in public");
  CHECK(has(err, "search_path is for the rest of 0001_t what it was before the stop"));
}

TEST_CASE("what a session had from PGOPTIONS it has again without them, and that is said") {
  const project p;
  p.database().sql("CREATE SCHEMA app");
  const std::string first = std::string(marked) + "CREATE TABLE a ();\n";
  p.migration("0001_t.up.sql", first + "CREATE TABLE b (x missing);");
  CHECK(p.davit({"up"}, {{"PGOPTIONS", "-c search_path=app"}}).exit_code == 1);
  p.migration("0001_t.up.sql", first + "CREATE TABLE b ();");
  resume(p);
  const auto run = up(p, 0);
  CHECK(schemas(p) == "a in app, b in app");
  CHECK(has(run.err(), "search_path is for the rest of 0001_t what it was before the stop"));
}

TEST_CASE("what sessions begin with, and a role may not set, does not keep it from going on") {
  const project p;
  const std::string role = "deployer_" + p.database().name();
  p.database().sql("CREATE ROLE " + role + " LOGIN; ALTER DATABASE " + p.database().name() + " OWNER TO " + role +
                   "; GRANT CREATE ON SCHEMA public TO " + role);
  const environment as{{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + role}};
  const std::string first = std::string(marked) + "CREATE TABLE a ();\n";
  p.migration("0001_t.up.sql", first + "CREATE TABLE b (x missing);");
  CHECK(p.davit({"up"}, as).exit_code == 1);
  p.database().sql("ALTER DATABASE " + p.database().name() + " SET log_min_duration_statement = 500");
  p.migration("0001_t.up.sql", first + "CREATE TABLE b ();");
  CHECK(p.davit({"repair", "0001", "--resume"}, as).exit_code == 0);
  const auto run = p.davit({"up"}, as);
  CHECK(run.exit_code == 0);
  CHECK(has(run.err, "log_min_duration_statement is for the rest of 0001_t not what it was before the stop"));
  CHECK(exists(p, "b"));
  p.database().sql("ALTER DATABASE " + p.database().name() + " OWNER TO CURRENT_USER; DROP OWNED BY " + role +
                   "; DROP ROLE " + role);
}

TEST_CASE("what the file had set with more rights than its role has is not left out, and the way on is told") {
  const project p;
  const std::string role = "deployer_" + p.database().name();
  p.database().sql("CREATE ROLE " + role + " LOGIN; ALTER DATABASE " + p.database().name() + " OWNER TO " + role +
                   "; GRANT CREATE ON SCHEMA public TO " + role +
                   "; CREATE FUNCTION f() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT "
                   "set_config('session_replication_role', 'replica', false) $$");
  const environment as{{"DAVIT_DATABASE_URL", p.database().url() + "&user=" + role}};
  const std::string first = std::string(marked) + "SELECT f();\nCREATE TABLE a ();\n";
  p.migration("0001_t.up.sql", first + "CREATE TABLE b (x missing);");
  CHECK(p.davit({"up"}, as).exit_code == 1);
  p.migration("0001_t.up.sql", first + "CREATE TABLE b AS SELECT current_setting('session_replication_role') x;");
  CHECK(p.davit({"repair", "0001", "--resume"}, as).exit_code == 0);
  const auto run = p.davit({"up"}, as);
  CHECK(run.exit_code == 1);
  const std::string grant = "GRANT SET ON PARAMETER session_replication_role TO " + role;
  CHECK(has(run.err, grant));
  CHECK_FALSE(exists(p, "b"));
  p.database().sql(grant);
  CHECK(p.davit({"repair", "0001", "--resume"}, as).exit_code == 0);
  CHECK(p.davit({"up"}, as).exit_code == 0);
  CHECK(p.database().sql("SELECT x FROM b") == "replica");
  p.database().sql("ALTER DATABASE " + p.database().name() + " OWNER TO CURRENT_USER; DROP OWNED BY " + role +
                   "; DROP ROLE " + role);
}

TEST_CASE("what a transaction that was rolled back had set is not kept, nor what is davit's") {
  const project p;
  p.database().sql("CREATE SCHEMA app");
  p.migration("0001_t.up.sql", std::string(marked) +
                                   "CREATE TABLE a ();\nBEGIN;\nSET search_path = app;\nSET lock_timeout = 1;\nCREATE "
                                   "TABLE b (x missing);\nCOMMIT;");
  up(p, 1);
  const auto kept = [&p](const std::string &name) {
    return p.database().sql("SELECT session_settings::json #>> '{settings," + name + ",1}' FROM davit.migration");
  };
  CHECK(kept("search_path") == "default");
  CHECK(kept("lock_timeout") == "davit");
  CHECK(p.database().sql("SELECT session_after FROM davit.migration") == "1");
}

TEST_CASE("a role that a function has taken is taken again, and keeps nothing from being set") {
  const project p;
  const std::string role = "weak_" + p.database().name();
  p.database().sql("CREATE ROLE " + role + "; GRANT CREATE ON SCHEMA public TO " + role +
                   "; CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET session_replication_role = "
                   "replica; EXECUTE 'SET ROLE " +
                   role + "'; END $$");
  write(p, "SELECT f();", "missing");
  up(p, 1);
  p.migration(
      "0001_t.up.sql",
      std::string(marked) +
          "SELECT f();\nCREATE TABLE a ();\nCREATE TABLE b AS SELECT current_setting('session_replication_role') x;");
  resume(p);
  up(p, 0);
  CHECK(p.database().sql("SELECT relowner::regrole FROM pg_class WHERE relname = 'b'") == role);
  CHECK(p.database().sql("SELECT x FROM b") == "replica");
  p.database().sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_CASE("a session that is interrupted is asked as well") {
  const project p;
  p.database().sql("CREATE SCHEMA app");
  p.database().sql(sets_search_path);
  const std::string first = std::string(marked) +
                            "SELECT f();\nCREATE TABLE a ();\nSET client_encoding = 'LATIN1';\nSET statement_timeout "
                            "= '10min';\n";
  p.migration("0001_t.up.sql", first + "SELECT pg_sleep(60);");
  running_program davit(p.command({"up"}));
  wait_for_statement(p, "pg_sleep(60)");
  davit.send(SIGINT);
  CHECK(davit.wait().exit_code == 130);
  p.migration("0001_t.up.sql", first + "CREATE TABLE b ();");
  resume(p);
  up(p, 0);
  CHECK(schemas(p) == "a in app, b in app");
}

TEST_CASE("what was kept behind one stop is good for those statements behind the next one, too") {
  const project p;
  p.database().sql("CREATE SCHEMA app");
  p.database().sql(sets_search_path);
  const std::string first = std::string(marked) + "SELECT f();\nCREATE TABLE a ();\n";
  p.migration("0001_t.up.sql", first + "SELECT missing;");
  up(p, 1);
  p.migration("0001_t.up.sql", first + "CREATE TABLE c ();\nSELECT pg_sleep(2);");
  resume(p);
  kill_in(p, "pg_sleep(2)");
  p.migration("0001_t.up.sql", first + "CREATE TABLE c ();\nCREATE TABLE b ();");
  CHECK_FALSE(has(resume(p).err, "may have left"));
  up(p, 0);
  CHECK(schemas(p) == "a in app, b in app");
  CHECK(p.database().sql("SELECT session_settings IS NULL AND session_after IS NULL FROM davit.migration") == "t");
}

TEST_CASE("what a statement has set that was completed by hand counts more than what was kept before it") {
  const project p;
  p.database().sql("CREATE SCHEMA app; CREATE SCHEMA other");
  p.database().sql(sets_search_path);
  write(p, "SELECT f();", "missing");
  up(p, 1);
  p.migration("0001_t.up.sql",
              std::string(marked) + "SELECT f();\nCREATE TABLE a ();\nSET search_path = other;\nCREATE TABLE b ();");
  SUBCASE("behind the stop") {
    resume(p, {"--after", "3"});
    up(p, 0);
    CHECK(schemas(p) == "a in app, b in other");
  }
  SUBCASE("before the stop nothing is kept") {
    CHECK(has(resume(p, {"--after", "1"}).err, "those after statement 1 will run again"));
    CHECK(p.database().sql("SELECT session_settings IS NULL FROM davit.migration") == "t");
  }
}

TEST_CASE("a setting that cannot be set again stops the file before anything goes on without it") {
  const project p;
  p.database().sql("CREATE TEXT SEARCH CONFIGURATION public.words (COPY = simple)");
  p.database().sql("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM "
                   "set_config('default_text_search_config', 'public.words', false); END $$");
  write(p, "SELECT f();", "missing");
  up(p, 1);
  write(p, "SELECT f();", "int");
  p.database().sql("DROP TEXT SEARCH CONFIGURATION public.words");
  resume(p);
  const auto run = up(p, 1);
  CHECK(has(run.answer().text("/error/message"),
            "cannot set default_text_search_config as the session that stopped had it"));
  CHECK(has(run.answer().text("/error/hint"), "davit repair 0001 --applied"));
  CHECK(has(run.answer().text("/error/hint"),
            "let RESET default_text_search_config, or what else sets it, be the first "
            "statement behind the stop, and davit repair 0001 --resume again"));
  CHECK_FALSE(exists(p, "b"));
  CHECK(p.database().sql("SELECT session_settings IS NOT NULL FROM davit.migration") == "t");

  write(p, "SELECT f();", "int");
  p.migration("0001_t.up.sql",
              std::string(marked) +
                  "SELECT f();\nCREATE TABLE a ();\nRESET default_text_search_config;\nCREATE TABLE b ();");
  resume(p);
  up(p, 0);
  CHECK(exists(p, "b"));
}

TEST_CASE("a value that its name calls a secret is not written to the ledger, but named") {
  davit::lifecycle::kept_session kept;
  kept.settings = {{"vault.api_token", {"in-the-clear", "session"}},
                   {"vault.secret", {"in-the-clear", "database"}},
                   {"vault.level", {"high", "session"}},
                   {"password_encryption", {"md5", "session"}}};
  kept.role = "none";
  davit::lifecycle::withhold_secrets(kept);
  CHECK(kept.settings.size() == 2);
  const auto text = to_json(kept);
  CHECK_FALSE(has(text, "in-the-clear"));

  const project p;
  write(p, "SELECT 1;", "missing");
  up(p, 1);
  p.database().sql("UPDATE davit.migration SET session_settings = '" + text + "'");
  const auto said = p.davit({"repair"}).out;
  CHECK(has(said, "in the session that stopped vault.api_token was set, whose value was not kept"));
  CHECK_FALSE(has(said, "vault.secret"));
  p.database().sql("UPDATE davit.migration SET session_settings = '{}'");
  CHECK(davit_run(p, {"repair"}, 6).answer().text("/error/code") == "ledger_conflict");
}

TEST_CASE("a session that is lost leaves words: what sessions begin with since, and what routines may have set") {
  const project p;
  p.database().sql("CREATE FUNCTION by_name(s text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('set "
                   "search_path to %I', s); END $$");
  p.database().sql("CREATE FUNCTION standard() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT set_config('search_path', "
                   "'public', false); END");
  p.database().sql("CREATE FUNCTION local() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'set local "
                   "search_path = public'; END $$");
  p.migration("0001_t.up.sql", std::string(marked) + "ALTER DATABASE " + p.database().name() +
                                   " SET work_mem = '8MB';\nSELECT by_name('public');\nSELECT standard();\nSELECT "
                                   "local();\nCREATE TABLE a ();\nSELECT pg_sleep(2);");
  kill_in(p, "pg_sleep(2)");
  const auto said = p.davit({"repair"}).out;
  CHECK(has(said, "0001_t.up.sql:2:1: with this statement sessions begin otherwise"));
  CHECK(has(said, "0001_t.up.sql:3:1: what this statement, by calling by_name(), may have left"));
  CHECK(has(said, "0001_t.up.sql:4:1: what this statement, by calling standard(), may have left"));
  CHECK_FALSE(has(said, "0001_t.up.sql:5:1"));
}

TEST_CASE("a stop of which an older ledger knows no settings is gone on with by what the file says") {
  const project p;
  p.database().sql("CREATE SCHEMA app");
  const std::string first = "SET search_path = app;";
  write(p, first, "missing");
  up(p, 1);
  make_ledger_older(p, 4);
  CHECK(has(p.davit({"repair"}).out, "the first 2 of 3 statements"));
  CHECK(ledger_version(p) == 4);
  write(p, first, "int");
  resume(p);
  up(p, 0);
  CHECK(schemas(p) == "a in app, b in app");
  CHECK(ledger_version(p) == newest_ledger_version());
}

TEST_CASE("what the session was set to, and could not be kept, is said") {
  const project p;
  p.migration("0001_t.up.sql", std::string(marked) + "SET search_path = pg_catalog;");
  up(p, 0);
  p.database().sql(
      "CREATE FUNCTION no_stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.session_settings <> '' THEN "
      "RAISE 'not now'; END IF; RETURN NEW; END $$; CREATE TRIGGER no_stop BEFORE INSERT OR UPDATE ON "
      "davit.progress FOR EACH ROW EXECUTE FUNCTION no_stop()");
  p.migration("0002_u.up.sql", std::string(marked) + "CREATE TABLE a ();\nCREATE TABLE b (x missing);");
  const auto run = up(p, 1);
  CHECK(has(run.err(), "what the session of 0002_u was set to could not be kept in the ledger"));
}

TEST_CASE("what the session was set to is kept where the stop cannot be recorded yet") {
  const project p;
  p.database().sql("CREATE SCHEMA app; CREATE FUNCTION go() RETURNS text LANGUAGE sql AS "
                   "$$ SELECT set_config('search' || '_path', 'app', false) $$");
  p.migration("0000_first.up.sql", "SELECT 1;");
  up(p, 0);
  const std::string first = "SELECT go();\nCREATE TABLE a ();\n";
  p.migration("0001_t.up.sql", std::string(marked) + first + "CREATE TABLE b (x missing);");
  p.database().sql(
      "CREATE FUNCTION no_stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.state = 'partial' THEN "
      "RAISE 'not now'; END IF; RETURN NEW; END $$; CREATE TRIGGER no_stop BEFORE INSERT OR UPDATE ON "
      "davit.migration FOR EACH ROW EXECUTE FUNCTION no_stop()");
  CHECK(has(up(p, 1).err(), "got is settled by the next run"));
  CHECK(has(p.davit({"repair"}).out, "what its session was set to is kept"));
  p.database().sql("DROP FUNCTION no_stop CASCADE");
  p.migration("0001_t.up.sql", std::string(marked) + first + "CREATE TABLE b (x int);");
  resume(p);
  up(p, 0);
  CHECK(schemas(p) == "a in app, b in app");
}

TEST_CASE("after kill -9 it is said where sessions begin as another role than before, for what they create is its") {
  const project p;
  const working_role role(p);
  const std::string login = "login_" + p.database().name(), owner = "owner_" + p.database().name();
  std::string before = owner, after = login;
  SUBCASE("as themselves now") {}
  SUBCASE("as themselves then") { std::swap(before, after); }
  SUBCASE("as the same") { after = before; }
  const auto begin_as = [&](const std::string &one) {
    p.database().sql("ALTER ROLE " + login + (one == login ? " RESET role" : " SET role = " + one));
  };
  const auto described = [&](const std::string &one) { return login + (one == login ? "" : ", working as " + one); };
  begin_as(before);
  p.migration("0001_t.up.sql", std::string(marked) + "CREATE TABLE a ();\nSELECT pg_sleep(1);\nCREATE TABLE b ();");
  running_program davit(p.command({"up"}, role.as()));
  wait_for_statement(p, "pg_sleep");
  davit.send(SIGKILL);
  davit.wait();
  wait_until_davit_is_gone(p);
  begin_as(after);
  p.database().sql("GRANT USAGE ON SCHEMA davit TO " + owner + "; GRANT ALL ON ALL TABLES IN SCHEMA davit TO " + owner);

  const std::string said = "the session that stopped was connected as " + described(before) + ", this one is as " +
                           described(after) + ": what is created behind the stop belongs to " + after;
  const std::string advice = "let SET ROLE \"" + before +
                             "\" be the first statement behind the stop, or let sessions of " + login + " begin as " +
                             before + " again";
  const auto check = [&](const std::string &text) {
    CHECK(has(text, said) == (before != after));
    CHECK(has(text, advice) == (before != after));
  };
  check(p.davit({"repair"}, role.as()).out);
  CHECK(p.davit({"up"}, role.as()).exit_code == 6);
  check(p.davit({"repair", "0001", "--resume"}, role.as()).err);
  const auto run = p.davit({"up"}, role.as());
  CHECK(run.exit_code == 0);
  check(run.err);
  CHECK(p.database().sql("SELECT relowner::regrole FROM pg_class WHERE relname = 'b'") == after);
  p.database().sql("DROP OWNED BY " + login + " CASCADE");
}
