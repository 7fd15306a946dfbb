#include "testing/fake_host.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

extern "C" const davit_plugin *davit_plugin_v1(void);

using testing::fake_host;
using testing::json;
using testing::reply;

namespace {

const std::string sql = "SELECT count(*) FROM users WHERE email IS NULL";

fake_host &emails(fake_host &host) {
  return host.configure("checks.0.sql", sql)
      .configure("checks.0.expect", json{"0"})
      .configure("checks.0.message", std::string("Found NULL emails after migration"));
}

reply one(const char *field) { return {{{field}}, 0, "", ""}; }

std::string complaint(const std::string &key, testing::value v) {
  fake_host host(davit_plugin_v1);
  try {
    emails(host).configure(key, std::move(v)).init();
  } catch (const std::runtime_error &e) {
    return e.what();
  }
  return "no complaint";
}

testing::value text(const char *t) { return std::string(t); }

} // namespace

TEST_CASE("a check needs a query and what it must give; the rest has defaults") {
  fake_host host(davit_plugin_v1);
  emails(host).init();
  CHECK(host.bindings == std::vector<fake_host::binding>{{"after_validation", "checks.0"}});
  host.answer(sql, one("0")).answer(sql, one("3"));
  CHECK(host.fire("after_validation").status == DAVIT_OK);
  CHECK(host.reports == std::vector<std::string>{"holds: found 0"});
  const auto end = host.fire("after_validation");
  CHECK(end.status == DAVIT_ERR);
  CHECK(end.text == "Found NULL emails after migration (checks.0: expected 0, found 3)");
}

TEST_CASE("the plugin asks for no right to write") {
  const davit_plugin &p = *davit_plugin_v1();
  REQUIRE(p.capability_count == 1);
  CHECK(std::string(p.capabilities[0].data) == "db.read");
}

TEST_CASE("a veto is a refusal on purpose") {
  fake_host host(davit_plugin_v1);
  emails(host).configure("checks.0.veto", true).configure("checks.0.name", text("emails")).init();
  host.answer(sql, one("3"));
  const auto end = host.fire("after_validation");
  CHECK(end.status == DAVIT_VETO);
  CHECK(end.text == "Found NULL emails after migration (emails: expected 0, found 3)");
}

TEST_CASE("without a message the finding speaks for itself") {
  fake_host host(davit_plugin_v1);
  host.configure("checks.0.sql", text("TABLE orphans")).configure("checks.0.empty", true);
  host.configure("checks.0.phase", text("post_execute")).init();
  host.answer("TABLE orphans", {{{"7"}, {"8"}}, 0, "", ""});
  CHECK(host.fire("post_execute").text == "checks.0: expected no row, found 2 rows");
}

TEST_CASE("a check runs only with its migrations") {
  fake_host host(davit_plugin_v1);
  emails(host).configure("checks.0.versions.0", text("4")).init();
  CHECK(host.fire("after_validation").status == DAVIT_OK);
  CHECK(host.queries.empty());
  CHECK(host.reports == std::vector<std::string>{"not meant for this migration"});
  host.version = "0004";
  host.answer(sql, one("0"));
  CHECK(host.fire("after_validation").status == DAVIT_OK);
  CHECK(host.script_done());
}

TEST_CASE("a query that fails is a failure, unless its table may be missing") {
  const reply missing{{}, 0, "42P01", "relation \"users\" does not exist"};
  fake_host strict(davit_plugin_v1);
  emails(strict).init();
  strict.answer(sql, missing).answer("SET search_path TO DEFAULT", {}).answer(sql, missing);
  const auto end = strict.fire("after_validation");
  CHECK(end.status == DAVIT_ERR_SQL);
  CHECK(end.text.find("checks.0: relation \"users\" does not exist (SQLSTATE 42P01); if only later") == 0);

  fake_host lenient(davit_plugin_v1);
  emails(lenient).configure("checks.0.if_missing", text("skip")).init();
  lenient.answer(sql, missing).answer("SET search_path TO DEFAULT", {}).answer(sql, missing);
  lenient.answer(sql, {{}, 0, "42501", "permission denied"});
  CHECK(lenient.fire("after_validation").status == DAVIT_OK);
  CHECK(lenient.undone == 2);
  CHECK(lenient.reports == std::vector<std::string>{"skipped: relation \"users\" does not exist"});
  CHECK(lenient.fire("after_validation").status == DAVIT_ERR_SQL);
}

TEST_CASE("limits are read as numbers") {
  fake_host host(davit_plugin_v1);
  host.configure("checks.0.sql", text("SELECT 1")).configure("checks.0.min", 0.5);
  host.configure("checks.0.max", 1000000.0).init();
  host.answer("SELECT 1", one("0.5")).answer("SELECT 1", one("1000001"));
  CHECK(host.fire("after_validation").status == DAVIT_OK);
  CHECK(host.fire("after_validation").text == "checks.0: expected 0.5 to 1e+06, found 1000001");
}

TEST_CASE("wrong configuration is refused with the key") {
  fake_host none(davit_plugin_v1);
  CHECK_THROWS_WITH(none.init(), doctest::Contains("neither checks nor captures"));
  fake_host nothing_expected(davit_plugin_v1);
  nothing_expected.configure("checks.0.sql", text("SELECT 1"));
  CHECK_THROWS_WITH(nothing_expected.init(), "checks.0: nothing is expected of it; add expect, min, max or empty");

  CHECK(complaint("checks.0.empty", true) ==
        "checks.0: expect, min/max and empty exclude each other; make it two checks");
  CHECK(complaint("checks.0.expect", json{"[0]"}).find("checks.0.expect: a boolean, a number or a string") == 0);
  CHECK(complaint("checks.0.phase", text("after_dinner")) == "checks.0.phase: no phase 'after_dinner'");
  CHECK(complaint("checks.0.name", text("e mails")) == "checks.0.name: 'e mails' is no name for a handler");
  CHECK(complaint("checks.0.versions", json{"[]"}).find("checks.0.versions: it is empty") == 0);
  CHECK(complaint("checks.0.since", text("soon")).find("checks.0.since: ") == 0);
}

TEST_CASE("a veto after COMMIT is refused") {
  fake_host host(davit_plugin_v1);
  emails(host).configure("checks.0.phase", text("post_execute")).configure("checks.0.veto", true);
  CHECK_THROWS_WITH(host.init(), doctest::Contains("checks.0.veto: phase post_execute takes no veto"));
}

TEST_CASE("limits that no value can meet are refused") {
  fake_host host(davit_plugin_v1);
  host.configure("checks.0.sql", sql).configure("checks.0.min", 2.0).configure("checks.0.max", 1.0);
  CHECK_THROWS_WITH(host.init(), doctest::Contains("checks.0.min: it is above max"));
}

TEST_CASE("two checks of one name are refused") {
  fake_host host(davit_plugin_v1);
  emails(host).configure("checks.0.name", text("a"));
  host.configure("checks.1.sql", sql).configure("checks.1.empty", true).configure("checks.1.name", text("a"));
  CHECK_THROWS_WITH(host.init(), "checks.1.name: handler 'a' is declared already");
}
