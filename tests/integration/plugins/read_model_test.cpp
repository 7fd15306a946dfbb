// Read models are brought up to date in the migration's transaction, and go with it.
#include "shipped.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

// The summary of users and orders; `keys` are further ones of its entry.
std::string summary(std::string_view keys = "") {
  return only("read_model", R"([[plugins.config.models]]
name = "user_summary"
sql = """
INSERT INTO r_user_summary (user_id, order_count)
SELECT u.id, count(o.id) FROM users u LEFT JOIN orders o ON o.user_id = u.id GROUP BY u.id
ON CONFLICT (user_id) DO UPDATE SET order_count = EXCLUDED.order_count
"""
)" + std::string(keys));
}

std::string one_model(std::string_view keys) {
  return only("read_model", "config = { models = [{ name = \"m\", " + std::string(keys) + " }] }");
}

std::string rows(const project &p) { return p.database().sql("SELECT * FROM r_user_summary ORDER BY user_id"); }

void create_shop(const project &p) {
  create_users(p, 2);
  p.database().sql("CREATE TABLE orders (id int PRIMARY KEY, user_id int); INSERT INTO orders VALUES (10, 1), (11, 1);"
                   "CREATE TABLE r_user_summary (user_id int PRIMARY KEY, order_count bigint NOT NULL)");
}

} // namespace

TEST_CASE("read-model: an upsert follows its sources, and its rows are reported everywhere") {
  const project p(summary());
  create_shop(p);
  p.migration("1_order.up.sql", "INSERT INTO orders VALUES (12, 2);");
  const auto answer = p.davit_json({"up"});
  CHECK(rows(p) == "1|2\n2|1");
  CHECK(calls(p) == "after_ddl user_summary ok 2");
  CHECK(reported(p, "it", "user_summary") == "user_summary: 2 rows");
  CHECK(stat(p, "it.user_summary.rows") == "2");
  const auto hook = answer.at("/hooks/0");
  CHECK(hook.text("/handler") == "user_summary");
  CHECK(hook.text("/migration") == "1");
  CHECK(hook.text("/message") == "user_summary: 2 rows");
  CHECK(hook.integer("/rows_affected") == 2);
  CHECK(answer.integer("/stats/migrations/1/it.user_summary.rows/value") == 2);

  p.migration("2_user.up.sql", "INSERT INTO users VALUES (3); DELETE FROM orders WHERE id = 10;");
  up(p, 0);
  CHECK(rows(p) == "1|1\n2|1\n3|0");
}

TEST_CASE("read-model: what it wrote goes with a migration that fails after it") {
  const project p(summary());
  create_shop(p);
  p.migration("1_good.up.sql", "SELECT 1;");
  up(p, 0);
  p.migration("2_bad.up.sql", "INSERT INTO orders VALUES (13, 2);");
  p.migration("2_bad.verify.sql", "SELECT count(*) = 0 FROM r_user_summary;");
  up(p, 1);
  CHECK(rows(p) == "1|2\n2|0");
  CHECK(p.database().sql("SELECT count(*) FROM orders") == "2");
}

TEST_CASE("read-model: a model that fails takes the migration with it, unless it is softened") {
  project p(one_model(R"(sql = "INSERT INTO missing SELECT 1")"));
  p.migration("1_one.up.sql", "CREATE TABLE one (id int);");
  const auto failed = up(p, 1);
  CHECK(has(failed.err, "read model 'm': relation \"missing\" does not exist (SQLSTATE 42P01)"));
  CHECK(p.database().sql("SELECT to_regclass('one') IS NULL") == "t");
  p.configure(one_model(R"(sql = "INSERT INTO missing SELECT 1", if_missing = "skip")"));
  up(p, 0);
  CHECK(reported(p, "it", "m") == "skipped: relation \"missing\" does not exist");
  CHECK(p.database().sql("SELECT to_regclass('one') IS NOT NULL") == "t");
}

TEST_CASE("read-model: more rows than max_rows are not kept") {
  const project p(summary("max_rows = 2"));
  create_shop(p);
  p.migration("1_two.up.sql", "SELECT 1;");
  up(p, 0);
  p.migration("2_three.up.sql", "INSERT INTO users VALUES (3);");
  CHECK(has(up(p, 1).err, "read model 'user_summary' changed 3 rows, more than max_rows = 2"));
  CHECK(rows(p) == "1|2\n2|0");
  CHECK(p.database().sql("SELECT count(*) FROM users") == "2");
}

TEST_CASE("read-model: models run in the order of the file: emptied, then filled anew") {
  const project p(only("read_model", R"([[plugins.config.models]]
name = "empty"
sql = "TRUNCATE r_ids"

[[plugins.config.models]]
name = "fill"
sql = "INSERT INTO r_ids SELECT id FROM users")"));
  create_users(p, 3);
  p.database().sql("CREATE TABLE r_ids (id int)");
  p.migration("1_one.up.sql", "SELECT 1;");
  p.migration("2_purge.up.sql", "DELETE FROM users WHERE id = 1;");
  up(p, 0);
  CHECK(p.database().sql("SELECT string_agg(id::text, ' ' ORDER BY id) FROM r_ids") == "2 3");
  CHECK(calls(p) == "after_ddl empty ok 0\nafter_ddl fill ok 3\nafter_ddl empty ok 0\nafter_ddl fill ok 2");
}

TEST_CASE("read-model: migrations, environments and directions that a model is not meant for are passed over") {
  const auto message = [](std::string_view keys) {
    const project p(one_model("sql = \"INSERT INTO log VALUES (1)\", " + std::string(keys)));
    p.database().sql("CREATE TABLE log (id int)");
    p.migration("7_one.up.sql", "SELECT 1;");
    up(p, 0);
    CHECK((reported(p, "it", "m") == "m: 1 row") == (p.database().sql("SELECT count(*) FROM log") == "1"));
    return reported(p, "it", "m");
  };
  CHECK(message(R"(since = "7")") == "m: 1 row");
  CHECK(message(R"(since = "8")") == "not meant for this migration");
  CHECK(message(R"(versions = ["8", "007"])") == "m: 1 row");
  CHECK(message(R"(versions = ["70"])") == "not meant for this migration");
  CHECK(message(R"(direction = "down")") == "not meant for this migration");
  CHECK(message(R"(environments = ["test"])") == "m: 1 row");
  CHECK(message(R"(environments = ["production"])") == "not meant for this environment");
}

TEST_CASE("read-model: after COMMIT a failing model takes only its own work back") {
  const project p(one_model(R"(sql = "INSERT INTO log SELECT id FROM users", phase = "post_execute", max_rows = 2)"));
  create_users(p, 2);
  p.database().sql("CREATE TABLE log (id int)");
  p.migration("1_more.up.sql", "INSERT INTO users VALUES (3);");
  up(p, 1);
  CHECK(ledger(p) == "1 applied");
  CHECK(p.database().sql("SELECT count(*) FROM users") == "3");
  CHECK(p.database().sql("SELECT count(*) FROM log") == "0");
}

TEST_CASE("read-model: a model has its deadline, and the server stops working on it") {
  const project p(one_model(R"toml(sql = "INSERT INTO log SELECT 1 FROM pg_sleep(60)")toml") + R"(
[[hooks.after_ddl]]
plugin = "it"
handler = "m"
deadline = "100ms")");
  p.database().sql("CREATE TABLE log (id int)");
  p.migration("1_one.up.sql", "CREATE TABLE one (id int);");
  CHECK(has(up(p, 124).err, "deadline of 100 ms"));
  CHECK(p.database().sql("SELECT to_regclass('one') IS NULL") == "t");
}

TEST_CASE("read-model: without a right to write it can do nothing") {
  const project p(only("read_model", R"toml(grant = []
config = { models = [{ name = "m", sql = "INSERT INTO log VALUES (1)" }] })toml"));
  p.database().sql("CREATE TABLE log (id int)");
  p.migration("1_one.up.sql", "SELECT 1;");
  const auto result = p.davit({"up"});
  CHECK_MESSAGE(result.exit_code == 4, result.err);
  CHECK(has(result.err, "db.write"));
}
