#include "testing/fake_host.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

extern "C" const davit_plugin *davit_plugin_v1(void);

using testing::fake_host;

namespace {

fake_host &add_model(fake_host &host, int index, const std::string &name) {
  const std::string prefix = "models." + std::to_string(index);
  return host.configure(prefix + ".name", name).configure(prefix + ".sql", "INSERT INTO " + name + " SELECT 1");
}

std::string complaint(const std::string &key, testing::value v) {
  fake_host host(davit_plugin_v1);
  try {
    add_model(host, 0, "totals").configure(key, std::move(v)).init();
  } catch (const std::runtime_error &e) {
    return e.what();
  }
  return "no complaint";
}

} // namespace

TEST_CASE("each model is a handler of its own, in the order of the file") {
  fake_host host(davit_plugin_v1);
  add_model(host, 0, "totals");
  add_model(host, 1, "latest").configure("models.1.phase", std::string("cleanup"));
  host.init();
  CHECK(host.bindings == std::vector<fake_host::binding>{{"after_ddl", "totals"}, {"cleanup", "latest"}});
}

TEST_CASE("rows are reported and kept as a stat") {
  fake_host host(davit_plugin_v1);
  add_model(host, 0, "totals").init();
  host.answer("INSERT INTO totals", {{}, 12, "", ""});
  CHECK(host.fire("after_ddl").status == DAVIT_OK);
  CHECK(host.rows_reported == 12);
  CHECK(host.reports == std::vector<std::string>{"totals: 12 rows"});
  CHECK(host.stats.at("mine.totals.rows") == testing::value(std::int64_t{12}));
}

TEST_CASE("a model runs only with its migrations, direction and environments") {
  fake_host host(davit_plugin_v1);
  add_model(host, 0, "totals").configure("models.0.since", std::string("3"));
  host.configure("models.0.environments.0", std::string("production")).init();
  CHECK(host.fire("after_ddl").status == DAVIT_OK);
  host.environment = "production";
  host.version = "2";
  CHECK(host.fire("after_ddl").status == DAVIT_OK);
  host.version = "3";
  host.up = false;
  CHECK(host.fire("after_ddl").status == DAVIT_OK);
  CHECK(host.queries.empty());
  host.up = true;
  host.answer("INSERT", {{}, 1, "", ""});
  CHECK(host.fire("after_ddl").status == DAVIT_OK);
  CHECK(host.reports == std::vector<std::string>{"not meant for this environment", "not meant for this migration",
                                                 "not meant for this migration", "totals: 1 row"});
}

TEST_CASE("more rows than max_rows is a failure; as many is none") {
  fake_host host(davit_plugin_v1);
  add_model(host, 0, "totals").configure("models.0.max_rows", std::int64_t{10}).init();
  host.answer("INSERT", {{}, 10, "", ""}).answer("INSERT", {{}, 11, "", ""});
  CHECK(host.fire("after_ddl").status == DAVIT_OK);
  const auto end = host.fire("after_ddl");
  CHECK(end.status == DAVIT_ERR);
  CHECK(end.text == "read model 'totals' changed 11 rows, more than max_rows = 10");
}

TEST_CASE("a missing table fails and says what to set, or is passed over and reported") {
  const testing::reply missing{{}, 0, "42P01", "relation \"totals\" does not exist"};
  fake_host strict(davit_plugin_v1);
  add_model(strict, 0, "totals").init();
  strict.answer("INSERT", missing).answer("SET search_path TO DEFAULT", {}).answer("INSERT", missing);
  const auto end = strict.fire("after_ddl");
  CHECK(end.status == DAVIT_ERR_SQL);
  CHECK(end.text.find("read model 'totals': relation \"totals\" does not exist (SQLSTATE 42P01)") == 0);
  CHECK(end.text.find("if_missing") != std::string::npos);

  fake_host lenient(davit_plugin_v1);
  add_model(lenient, 0, "totals").configure("models.0.if_missing", std::string("skip")).init();
  lenient.answer("INSERT", missing).answer("SET search_path TO DEFAULT", {}).answer("INSERT", missing);
  lenient.answer("INSERT", {{}, 0, "23505", "duplicate key"});
  CHECK(lenient.fire("after_ddl").status == DAVIT_OK);
  CHECK(lenient.undone == 2);
  CHECK(lenient.reports == std::vector<std::string>{"skipped: relation \"totals\" does not exist"});
  CHECK(lenient.fire("after_ddl").status == DAVIT_ERR_SQL); // other errors are never passed over
}

TEST_CASE("a missing table is passed over in a migration without a transaction, too") {
  fake_host host(davit_plugin_v1);
  add_model(host, 0, "totals").configure("models.0.if_missing", std::string("skip")).init();
  host.no_transaction = true;
  const testing::reply missing{{}, 0, "42P01", "relation \"totals\" does not exist"};
  host.answer("INSERT", missing).answer("SET search_path TO DEFAULT", {}).answer("INSERT", missing);
  CHECK(host.fire("after_ddl").status == DAVIT_OK);
  CHECK(host.reports == std::vector<std::string>{"skipped: relation \"totals\" does not exist"});
}

TEST_CASE("wrong configuration is refused with the key") {
  fake_host none(davit_plugin_v1);
  CHECK_THROWS_AS(none.init(), std::runtime_error);
  const auto text = [](const char *t) { return testing::value(std::string(t)); };
  CHECK(complaint("models.0.phase", text("after_dinner")) == "models.0.phase: no phase 'after_dinner'");
  CHECK(complaint("models.0.name", text("a b")) == "models.0.name: 'a b' is no name for a handler");
  CHECK(complaint("models.0.max_rows", std::int64_t{-1}) == "models.0.max_rows: must not be negative");
  CHECK(complaint("models.0.since", text("v3")) == "models.0.since: \"v3\" is not a version: digits only");
  CHECK(complaint("models.0.versions.0", text("v3")) == "models.0.versions.0: \"v3\" is not a version: digits only");
  const std::string empty =
      ": it is empty, so nothing would ever be meant; name at least one, or leave the key out for all of them";
  CHECK(complaint("models.0.versions", testing::json{"[]"}) == "models.0.versions" + empty);
  CHECK(complaint("models.0.environments", testing::json{"[]"}) == "models.0.environments" + empty);
  CHECK(complaint("models.0.direction", text("side")).find("models.0.direction: \"side\" is not one of") == 0);
  CHECK(complaint("models.0.if_missing", text("x")).find("models.0.if_missing: ") == 0);
}

TEST_CASE("what could never happen is refused") {
  fake_host host(davit_plugin_v1);
  add_model(host, 0, "totals").configure("models.0.phase", std::string("post_complete"));
  host.configure("models.0.since", std::string("3"));
  CHECK_THROWS_WITH(host.init(), doctest::Contains("models.0.since: phase post_complete comes once in a run"));

  fake_host down(davit_plugin_v1);
  add_model(down, 0, "totals").configure("models.0.phase", std::string("post_execute"));
  down.configure("models.0.direction", std::string("down"));
  CHECK_THROWS_WITH(down.init(), doctest::Contains("models.0.direction: the phase fires on the way up only"));
}

TEST_CASE("a phase outside of migrations goes by the run's command") {
  fake_host host(davit_plugin_v1);
  add_model(host, 0, "totals").configure("models.0.phase", std::string("post_complete")).init();
  host.in_migration = false;
  host.command = "down";
  CHECK(host.fire("post_complete").status == DAVIT_OK);
  CHECK(host.queries.empty());
  host.command = "up";
  host.answer("INSERT", {{}, 2, "", ""});
  CHECK(host.fire("post_complete").status == DAVIT_OK);
  CHECK(host.rows_reported == 2);
}
