// davit doctor: what it finds, and that it changes nothing.
#include "shell.hpp"

#include "support/older_ledger.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <optional>

using namespace davit::test;

namespace {

// The first check of that name and status whose finding has the words.
std::optional<json> check_in(const json &answer, std::string_view name, std::string_view status,
                             std::string_view words = {}) {
  for (std::size_t i = 0; i < answer.size("/checks"); ++i) {
    auto one = answer.at("/checks/" + std::to_string(i));
    if (one.text("/name") == name && one.text("/status") == status && has(one.text("/found"), words)) return one;
  }
  return std::nullopt;
}

// The commands that a finding advises, as the role that may.
std::string advice(const json &answer, std::string_view name, std::string_view status, std::string_view words = {}) {
  const auto found = check_in(answer, name, status, words);
  REQUIRE_MESSAGE(found, answer.dump());
  return found->text("/what_to_do");
}

constexpr const char *a_check = "config = { checks = [{ name = \"one\", sql = \"SELECT 1\", expect = 1 }] }";

class plain_role {
public:
  explicit plain_role(const project &p) : p_(p), name_("plain_" + p.database().name()) {
    p.database().sql("CREATE ROLE " + name_ + " LOGIN");
  }
  ~plain_role() {
    try {
      p_.database().sql("DROP OWNED BY " + name_ + "; DROP ROLE " + name_);
    } catch (const std::exception &problem) {
      FAIL_CHECK(problem.what());
    }
  }
  plain_role(const plain_role &) = delete;
  plain_role &operator=(const plain_role &) = delete;

  environment as() const { return {{"DAVIT_DATABASE_URL", p_.database().url() + "&user=" + name_}}; }
  const std::string &name() const { return name_; }

private:
  const project &p_;
  std::string name_;
};

} // namespace

TEST_CASE("doctor finds a project in order, before its first run and after it, and changes nothing") {
  const project p("environment = \"test\"\n" + shipped_plugin("integrity_check", a_check));
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  const auto before = p.database().whole_dump();
  const auto fresh = run_json(p, {"doctor"});
  CHECK(fresh.integer("/fail_count") == 0);
  for (const auto *name : {"configuration", "migrations", "plugin", "connection", "server connections", "rights",
                           "ledger", "locks", "indexes", "prepared transactions"})
    CHECK_MESSAGE(check_in(fresh, name, "ok"), name);
  CHECK(p.database().whole_dump() == before);
  CHECK_FALSE(exists(p, "davit.ledger"));

  run_davit(p, {"up"});
  const auto after = p.database().whole_dump();
  const auto text = run_davit(p, {"doctor"});
  CHECK(has(text.out, "1 migrations recorded"));
  CHECK(has(text.out, " 0 wrong"));
  CHECK(text.err.empty());
  CHECK(p.database().whole_dump() == after);
}

TEST_CASE("doctor goes on after a failure, and leaves with the code of the first area that failed") {
  const project p("environment = \"test\"\n" +
                  shipped_plugin("integrity_check", "sha256 = \"" + std::string(64, '0') + "\""));
  p.migration("1_a.up.sql", "SELECT 'never closed;");
  p.migration("2_b.up.sql", "SELECT 1;");
  const environment nowhere{{"DAVIT_DATABASE_URL", "postgresql:///x?host=/nowhere"}};
  auto answer = run_json(p, {"doctor"}, 3, nowhere);
  CHECK(answer.integer("/fail_count") == 3);
  CHECK(check_in(answer, "migrations", "fail", "1_a.up.sql:1:8"));
  CHECK(check_in(answer, "plugin", "fail", "pins"));
  CHECK(check_in(answer, "connection", "fail"));
  p.migration("1_a.up.sql", "SELECT 1;");
  answer = run_json(p, {"doctor"}, 4, nowhere);
  p.configure("environment = \"test\"\n");
  answer = run_json(p, {"doctor"}, 5, nowhere);
  CHECK(check_in(answer, "migrations", "ok"));
  p.configure("[databse]\n");
  answer = run_json(p, {"doctor"}, 3);
  CHECK(has(advice(answer, "configuration", "fail"), "database"));
}

TEST_CASE("doctor warns of a davit.toml that others may write to, and --quiet shows nothing else") {
  const project p;
  const auto file = p.folder() / "davit.toml";
  std::filesystem::permissions(file, std::filesystem::perms::others_write, std::filesystem::perm_options::add);
  CHECK(has(advice(run_json(p, {"doctor"}), "configuration", "warn"), "chmod go-w " + file.string()));
  const auto quiet = run_davit(p, {"doctor", "--quiet"});
  CHECK(has(quiet.out, "warn configuration"));
  CHECK_FALSE(has(quiet.out, "ok   "));
}

TEST_CASE("doctor tells plugins apart") {
  const project p("environment = \"test\"\n" + shipped_plugin("integrity_check", a_check) +
                  "[[plugins]]\nname = \"gone\"\npath = \"./gone.so\"\n" + shipped_plugin("audit_log", "grant = []"));
  const auto answer = run_json(p, {"doctor"}, 4);
  CHECK(check_in(answer, "plugin", "ok", "integrity_check"));
  CHECK(check_in(answer, "plugin", "fail", "gone.so"));
  CHECK(check_in(answer, "plugin", "fail", "audit_log"));
  p.configure("environment = \"test\"\n" + shipped_plugin("integrity_check", "environments = [\"production\"]"));
  CHECK(check_in(run_json(p, {"doctor"}), "plugin", "ok", "only for environment production"));
}

TEST_CASE("what doctor advises about rights makes a run possible") {
  const project p;
  const plain_role role(p);
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.database().sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  auto answer = run_json(p, {"doctor"}, 6, role.as());
  p.database().sql(advice(answer, "rights", "fail", "cannot create the ledger"));
  p.database().sql(advice(answer, "rights", "warn", "cannot create tables"));
  p.database().sql(advice(answer, "rights", "warn", "who holds a lock"));
  answer = run_json(p, {"doctor"}, 0, role.as());
  CHECK_FALSE(check_in(answer, "rights", "warn"));
  run_davit(p, {"up"}, 0, role.as());
}

TEST_CASE("what doctor advises about a ledger of another role makes a run possible") {
  const project p;
  const plain_role role(p);
  p.migration("1_a.up.sql", "SELECT 1;");
  run_davit(p, {"up"});
  auto answer = run_json(p, {"doctor"}, 6, role.as());
  p.database().sql(advice(answer, "rights", "fail", "cannot be used"));
  answer = run_json(p, {"doctor"}, 6, role.as());
  p.database().sql(advice(answer, "rights", "fail", "cannot be read and written"));
  run_davit(p, {"doctor"}, 0, role.as());
  p.migration("2_b.up.sql", "SELECT 2;");
  run_davit(p, {"up"}, 0, role.as());
}

TEST_CASE("what doctor advises about the ledger of an older davit makes a run possible; dry run and plan warn, too") {
  const project p;
  const plain_role role(p);
  p.migration("1_a.up.sql", "SELECT 1;");
  run_davit(p, {"up"});
  p.database().sql("GRANT USAGE ON SCHEMA davit TO " + role.name());
  p.database().sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA davit TO " + role.name());
  make_ledger_older(p, 4);
  p.migration("2_b.up.sql", "SELECT 2;");
  std::string owner = "postgres";
  SUBCASE("of a superuser") {}
  SUBCASE("of another role") {
    owner = "owner_" + p.database().name();
    p.database().sql("CREATE ROLE " + owner + "; ALTER TABLE davit.migration OWNER TO " + owner);
  }
  const std::string why = "role " + role.name() + " cannot upgrade it: table davit.migration belongs to " + owner;
  const auto up = run_json(p, {"up"}, 6, role.as());
  CHECK(has(up.text("/error/message"), why));
  const auto dry = run_json(p, {"up", "--dry-run"}, 6, role.as());
  for (const auto *what : {"/error/code", "/error/message", "/error/hint"}) CHECK(dry.text(what) == up.text(what));
  CHECK(has(run_json(p, {"plan"}, 0, role.as()).text("/warnings/0"), why));
  CHECK(has(run_json(p, {"repair", "1", "--reverted"}, 6, role.as()).text("/error/message"), why));
  const auto sql = advice(run_json(p, {"doctor"}, 6, role.as()), "ledger", "fail", why);
  CHECK(has(up.text("/error/hint"), sql));
  p.database().sql(sql);
  CHECK(check_in(run_json(p, {"doctor"}, 0, role.as()), "ledger", "warn", "version is 4"));
  run_davit(p, {"up", "--dry-run"}, 0, role.as());
  run_davit(p, {"up"}, 0, role.as());
  CHECK(ledger_version(p) == newest_ledger_version());
  if (owner != "postgres") p.database().sql("DROP OWNED BY " + owner + " CASCADE; DROP ROLE " + owner);
}

TEST_CASE("what doctor advises where the ledger is published, or its owner's rights are not inherited, makes a run "
          "possible") {
  const project p;
  const plain_role role(p);
  p.migration("1_a.up.sql", "SELECT 1;");
  run_davit(p, {"up"});
  make_ledger_older(p, 5);
  const std::string owner = "owner_" + p.database().name();
  p.database().sql("CREATE ROLE " + owner + "; GRANT USAGE ON SCHEMA davit TO " + role.name() + ", " + owner +
                   "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA davit TO " + role.name() +
                   "; ALTER TABLE davit.migration OWNER TO " + role.name() +
                   "; ALTER TABLE davit.run_migration OWNER TO " + role.name());
  std::string why = "table davit.ledger belongs to " + owner;
  SUBCASE("published to subscribers who could not tell its row") {
    p.database().sql("ALTER TABLE davit.progress OWNER TO " + role.name() + "; ALTER TABLE davit.ledger OWNER TO " +
                     owner +
                     "; ALTER TABLE davit.ledger REPLICA IDENTITY DEFAULT; CREATE PUBLICATION published FOR TABLE " +
                     "davit.ledger");
  }
  SUBCASE("a member that does not inherit") {
    p.database().sql("ALTER TABLE davit.progress OWNER TO " + owner + "; ALTER ROLE " + role.name() +
                     " NOINHERIT; GRANT " + owner + " TO " + role.name());
    why = "table davit.progress belongs to " + owner + ", whose rights it does not inherit";
  }
  SUBCASE("no member, and it would not inherit") {
    p.database().sql("ALTER TABLE davit.progress OWNER TO " + owner + "; ALTER ROLE " + role.name() + " NOINHERIT");
    why = "table davit.progress belongs to " + owner;
  }
  const auto sql = advice(run_json(p, {"doctor"}, 6, role.as()), "ledger", "fail", why);
  CHECK(has(run_json(p, {"up"}, 6, role.as()).text("/error/hint"), sql));
  p.database().sql(sql);
  CHECK(check_in(run_json(p, {"doctor"}, 0, role.as()), "ledger", "warn", "version is 5"));
  run_davit(p, {"up"}, 0, role.as());
  CHECK(ledger_version(p) == newest_ledger_version());
  p.database().sql("DROP OWNED BY " + owner + " CASCADE; DROP ROLE " + owner);
}

TEST_CASE("a published ledger is upgraded by who does not own it, where subscribers can tell its row") {
  const project p;
  const plain_role role(p);
  p.migration("1_a.up.sql", "SELECT 1;");
  run_davit(p, {"up"});
  make_ledger_older(p, 5);
  p.database().sql("GRANT USAGE ON SCHEMA davit TO " + role.name() +
                   "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA davit TO " + role.name() +
                   "; ALTER TABLE davit.progress OWNER TO " + role.name() + "; ALTER TABLE davit.migration OWNER TO " +
                   role.name() + "; ALTER TABLE davit.run_migration OWNER TO " + role.name() +
                   "; CREATE PUBLICATION every FOR ALL TABLES");
  run_davit(p, {"doctor"}, 0, role.as());
  p.migration("2_b.up.sql", "SELECT 2;");
  run_davit(p, {"up"}, 0, role.as());
}

TEST_CASE("what doctor advises about a schema that somebody made for the ledger makes a run possible") {
  const project p;
  const plain_role role(p);
  p.migration("1_a.up.sql", "SELECT 1;");
  p.database().sql("CREATE SCHEMA davit");
  CHECK(has(run_davit(p, {"up"}, 1, role.as()).err, "davit doctor prints the GRANT that is missing"));
  auto answer = run_json(p, {"doctor"}, 6, role.as());
  p.database().sql(advice(answer, "rights", "fail", "cannot create the ledger's tables"));
  CHECK(check_in(run_json(p, {"doctor"}, 0, role.as()), "rights", "ok", "can create the ledger's tables"));
  run_davit(p, {"up"}, 0, role.as());
}

TEST_CASE("where sessions begin as another role, doctor's advice is about that one, and makes a run possible") {
  const project p;
  const plain_role role(p);
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  const std::string owner = "owner_" + p.database().name();
  p.database().sql("CREATE ROLE " + owner + "; GRANT " + owner + " TO " + role.name() + "; ALTER ROLE " + role.name() +
                   " SET role = " + owner);
  auto answer = run_json(p, {"doctor"}, 6, role.as());
  CHECK(check_in(answer, "connection", "ok", " as " + role.name() + ", working as role " + owner + " on "));
  p.database().sql(advice(answer, "rights", "fail", "cannot create the ledger's schema"));
  p.database().sql(advice(answer, "rights", "warn", "cannot create tables in schema public"));
  p.database().sql(advice(answer, "rights", "warn", "not what a session of another role is doing"));
  answer = run_json(p, {"doctor"}, 0, role.as());
  CHECK(check_in(answer, "rights", "ok", "can create the ledger's schema"));
  CHECK(check_in(answer, "rights", "ok", "what a session that holds a lock is doing"));
  run_davit(p, {"up"}, 0, role.as());
  CHECK(p.database().sql("SELECT tableowner FROM pg_tables WHERE tablename = 'a'") == owner);
  p.database().sql("DROP OWNED BY " + owner + " CASCADE; DROP ROLE " + owner);
}

TEST_CASE("rows of the ledger that a policy hides are an error, and no migration is run twice") {
  const project p;
  const plain_role role(p);
  p.database().sql("CREATE TABLE t (x int); GRANT ALL ON t TO " + role.name());
  p.migration("1_a.up.sql", "-- davit: no-transaction\nINSERT INTO t VALUES (1);");
  run_davit(p, {"up"});
  p.database().sql("GRANT USAGE ON SCHEMA davit TO " + role.name());
  p.database().sql("GRANT ALL ON ALL TABLES IN SCHEMA davit TO " + role.name());
  p.database().sql("ALTER TABLE davit.migration ENABLE ROW LEVEL SECURITY");
  p.database().sql("CREATE POLICY p ON davit.migration FOR INSERT WITH CHECK (true)");
  for (const auto *command : {"status", "up", "verify", "plan"})
    CHECK(has(run_davit(p, {command}, 1, role.as()).err, "row security keeps rows of this table from the role"));
  CHECK(check_in(run_json(p, {"doctor"}, 1, role.as()), "ledger", "fail", "row-level security"));
  CHECK(p.database().sql("SELECT count(*) FROM t") == "1");
  p.database().sql("ALTER TABLE davit.migration DISABLE ROW LEVEL SECURITY");
  run_davit(p, {"up"}, 0, role.as());
}

TEST_CASE("doctor compares the ledger with the files and shows what stopped half-way") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("2_b.up.sql", "-- davit: no-transaction\nCREATE TABLE b ();\nSELECT nothing;");
  run_davit(p, {"up"}, 1);
  p.migration("1_a.up.sql", "CREATE TABLE other ();");
  p.migration("1_a.down.sql", "DROP TABLE a;");
  auto answer = run_json(p, {"doctor"}, 6);
  CHECK(check_in(answer, "ledger", "fail", "2_b stopped after statement 1 on its way up"));
  CHECK(check_in(answer, "ledger", "fail", "1_a.up.sql was changed"));
  CHECK(check_in(answer, "ledger", "warn", "1_a.down.sql was added"));
  p.database().sql("UPDATE davit.ledger SET version = 99");
  answer = run_json(p, {"doctor"}, 6);
  CHECK(check_in(answer, "ledger", "fail", "version 99"));
  CHECK(check_in(answer, "locks", "ok"));
}

TEST_CASE("doctor names who holds the run lock, and what a dead run left at work") {
  const project p("environment = \"test\"\n");
  p.migration("1_a.up.sql", "SELECT pg_sleep(60);");
  running_program run(p.command({"up", "--verbose"}));
  run.wait_for_output("[before_ddl]");
  auto answer = run_json(p, {"doctor"});
  CHECK(check_in(answer, "locks", "warn", "the run lock is held by pid"));
  CHECK(check_in(answer, "ledger", "ok", "is under way"));
  run.send(SIGKILL);
  run.wait();
  // The sleeping backend does not notice; the lock session's does.
  auto c = p.database().connect();
  while (c.exec("SELECT FROM pg_stat_activity WHERE application_name = 'davit lock' AND datname = current_database()")
             .rows() > 0) {
  }
  answer = run_json(p, {"doctor"});
  CHECK(check_in(answer, "ledger", "warn", "ended without a word"));
  const auto what_to_do = advice(answer, "locks", "warn", "a session of an earlier one is still at work");
  c.exec(what_to_do.substr(what_to_do.find("SELECT")));
  while (c.exec("SELECT FROM pg_stat_activity WHERE application_name = 'davit run' AND datname = current_database()")
             .rows() > 0) {
  }
  CHECK(check_in(run_json(p, {"doctor"}), "locks", "ok"));
}

TEST_CASE("doctor finds idle transactions and INVALID indexes") {
  const project p;
  p.database().sql("CREATE TABLE t (x int); INSERT INTO t VALUES (1), (1)");
  auto idle = p.database().connect();
  idle.exec("SET application_name = 'davit run'; BEGIN; SELECT 1");
  CHECK_THROWS(p.database().sql("CREATE UNIQUE INDEX CONCURRENTLY t_x ON t (x)"));
  const auto answer = run_json(p, {"doctor"});
  CHECK(check_in(answer, "idle transactions", "warn", "was left behind by a davit"));
  const auto fix = advice(answer, "indexes", "warn", "\"public\".\"t_x\" of table t is INVALID");
  idle.exec("COMMIT");
  p.database().sql(fix.substr(0, fix.find(';')));
  CHECK(check_in(run_json(p, {"doctor"}), "indexes", "ok"));
}

TEST_CASE("of what a REINDEX has left doctor does not say to create it again") {
  const project p;
  p.database().sql("CREATE TABLE t (x int); CREATE INDEX t_x ON t (x); CREATE INDEX t_x_ccnew ON t (x)");
  p.database().sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_x_ccnew'::regclass");
  const auto fix = advice(run_json(p, {"doctor"}), "indexes", "warn", "a REINDEX failed and left it");
  CHECK_FALSE(has(fix, "create it"));
  p.database().sql(fix);
  CHECK(check_in(run_json(p, {"doctor"}), "indexes", "ok"));
}

TEST_CASE("what doctor advises where transactions are read-only is accepted there") {
  const project p;
  const plain_role role(p);
  p.database().sql("ALTER DATABASE " + p.database().name() + " SET default_transaction_read_only = on");
  p.database().sql(advice(run_json(p, {"doctor"}, 5, role.as()), "connection", "fail", "are read-only"));
  CHECK_FALSE(check_in(run_json(p, {"doctor"}, 6, role.as()), "connection", "fail")); // it may not make a ledger
  p.database().sql("BEGIN READ WRITE; ALTER DATABASE " + p.database().name() +
                   " RESET default_transaction_read_only; COMMIT");
}

TEST_CASE("doctor warns of prepared transactions, and what it advises ends them") {
  const project p;
  p.database().sql("CREATE TABLE t (x int)");
  p.database().sql("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'it''s left'");
  const auto what = advice(run_json(p, {"doctor"}), "prepared transactions", "warn", "'it's left' of postgres");
  p.database().sql(what.substr(what.find("ROLLBACK")));
  CHECK(check_in(run_json(p, {"doctor"}), "prepared transactions", "ok"));
}

TEST_CASE("doctor warns of connection limits, of the server and of the database, that are too low for a run") {
  const project p;
  CHECK(check_in(run_json(p, {"doctor"}), "server connections", "ok", "a run needs up to"));
  p.database().sql("ALTER DATABASE " + p.database().name() + " CONNECTION LIMIT 2");
  CHECK(check_in(run_json(p, {"doctor"}), "server connections", "warn", "connection limit is below"));

  const davit::postgres::private_server small({.settings = {{"max_connections", "5"}}, .bin_dir = {}});
  const auto answer = run_json(p, {"doctor"}, 0, {{"DAVIT_DATABASE_URL", small.url()}});
  CHECK(check_in(answer, "server connections", "warn", "connections are free, a run may need"));
}

TEST_CASE("tables that are not davit's, and are where its ledger is to be, are told before a run and by it") {
  const project p("environment = \"test\"\n[ledger]\nschema = \"public\"\n");
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.database().sql("CREATE TABLE run (); CREATE VIEW progress AS SELECT 1; CREATE TYPE hook_call AS ENUM ()");
  const std::string named = "there is something else named public.hook_call, public.progress, public.run";
  CHECK(has(run_davit(p, {"doctor"}, 6).out, named));
  CHECK(has(run_davit(p, {"plan"}).err, named));
  for (const auto &arguments : std::vector<std::vector<std::string>>{{"up", "--dry-run"}, {"up"}}) {
    const auto object = run_json(p, arguments, 6);
    CHECK(has(object.text("/error/message"), named));
    CHECK(has(object.text("/error/hint"), "[ledger] schema"));
  }
}

TEST_CASE("a ledger in another schema is told before a new one begins, and as it does") {
  const project p("environment = \"test\"\n[ledger]\nschema = \"ops\"\n");
  p.migration("1_a.up.sql", "CREATE TABLE IF NOT EXISTS a ();");
  CHECK_FALSE(has(run_davit(p, {"up"}).err, "a new ledger"));
  p.configure("environment = \"test\"\n");
  const std::string words = "there is one in schema ops";
  CHECK(has(p.davit({"doctor"}).out, words));
  CHECK(has(run_davit(p, {"up", "--dry-run"}).err, words));
  const auto begun = run_davit(p, {"up"});
  CHECK(has(begun.err, words));
  CHECK(has(begun.err, "[ledger] schema of davit.toml has to name it"));
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  CHECK_FALSE(has(run_davit(p, {"up"}).err, words));
  CHECK_FALSE(has(p.davit({"doctor"}).out, words));
}

TEST_CASE(
    "a ledger that was restored without its keys is told, table by table, with what makes them, by doctor and run") {
  const project p("environment = \"test\"\n");
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  CHECK_FALSE(check_in(run_json(p, {"doctor"}), "ledger", "fail"));
  p.database().sql("ALTER TABLE davit.run DROP CONSTRAINT run_pkey; ALTER TABLE davit.migration DROP CONSTRAINT "
                   "migration_pkey; ALTER TABLE davit.run_migration DROP CONSTRAINT run_migration_pkey; ALTER TABLE "
                   "davit.hook_call DROP CONSTRAINT hook_call_pkey; ALTER TABLE davit.progress DROP CONSTRAINT "
                   "progress_pkey; DROP INDEX davit.migration_number");
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  for (const auto &arguments : std::vector<std::vector<std::string>>{{"up", "--dry-run"}, {"up"}}) {
    const auto object = run_json(p, arguments, 6);
    CHECK(object.text("/error/code") == "ledger_conflict");
    CHECK(has(object.text("/error/message"), "davit's own tables have lost their keys: "));
    CHECK(has(object.text("/error/message"), "davit.run (id)"));
    CHECK(has(object.text("/error/hint"), "pg_restore --section=post-data"));
  }
  const auto what = advice(run_json(p, {"doctor"}, 6), "ledger", "fail", "davit.progress (version)");
  p.database().sql(what.substr(what.find("ALTER TABLE")));
  CHECK_FALSE(check_in(run_json(p, {"doctor"}), "ledger", "fail"));
  run_davit(p, {"up"});
}
