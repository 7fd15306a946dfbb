#include "testing/fake_host.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

extern "C" const davit_plugin *davit_plugin_v1(void);

using testing::fake_host;
using testing::json;
using testing::reply;
using testing::value;

namespace {

const std::string sql = "SELECT count(*) FROM users";
const reply missing{{}, 0, "42P01", "relation \"users\" does not exist"};

value text(const char *t) { return std::string(t); }
reply one(const char *field) { return {{{field}}, 0, "", ""}; }

// Neither under the migration's search_path nor under that of the session.
fake_host &not_found(fake_host &host) {
  return host.answer(sql, missing).answer("SET search_path TO DEFAULT", {}).answer(sql, missing);
}

fake_host &users(fake_host &host) {
  return host.configure("captures.0.name", text("users")).configure("captures.0.sql", sql);
}

} // namespace

TEST_CASE("a value is kept before and compared after") {
  fake_host host(davit_plugin_v1);
  users(host).init();
  CHECK(host.bindings ==
        std::vector<fake_host::binding>{{"before_ddl", "users.before"}, {"after_validation", "users.after"}});
  host.answer(sql, one("1000")).answer(sql, one("1001"));
  CHECK(host.fire("before_ddl").status == DAVIT_OK);
  CHECK(host.stats.at("mine.users.before") == value(std::int64_t{1000}));
  CHECK(host.fire("after_validation").status == DAVIT_OK);
  CHECK(host.stats.at("mine.users.after") == value(std::int64_t{1001}));
  CHECK(host.reports.back() == "users = 1001, before 1000");
}

TEST_CASE("a loss fails the migration, with both values") {
  fake_host host(davit_plugin_v1);
  users(host).init();
  host.answer(sql, one("1000")).answer(sql, one("998"));
  CHECK(host.fire("before_ddl").status == DAVIT_OK);
  const auto end = host.fire("after_validation");
  CHECK(end.status == DAVIT_ERR);
  CHECK(end.text == "Data was lost! (users: before 1000, after 998, must not decrease)");
}

TEST_CASE("sums of money are compared to the last digit") {
  fake_host host(davit_plugin_v1);
  users(host).configure("captures.0.rule", text("equal")).configure("captures.0.veto", true).init();
  host.answer(sql, one("12345678901234567890.01")).answer(sql, one("12345678901234567890.02"));
  CHECK(host.fire("before_ddl").status == DAVIT_OK);
  CHECK(host.stats.at("mine.users.before") == text("12345678901234567890.01"));
  CHECK(host.fire("after_validation").status == DAVIT_VETO);
}

TEST_CASE("a table that does not exist before has nothing to lose, and that is reported") {
  fake_host host(davit_plugin_v1);
  users(host).init();
  not_found(host).answer(sql, one("0"));
  CHECK(host.fire("before_ddl").status == DAVIT_OK);
  CHECK(host.undone == 2);
  CHECK(host.stats.at("mine.users.before") == value(json{"null"}));
  CHECK(host.reports.back() == "nothing to measure yet: relation \"users\" does not exist");
  CHECK(host.fire("after_validation").status == DAVIT_OK);
  CHECK(host.reports.back() == "nothing to compare: it did not exist before");
}

TEST_CASE("a table that only the migration's search_path hides is there") {
  fake_host host(davit_plugin_v1);
  users(host).init();
  host.answer(sql, one("5")).answer(sql, missing).answer("SET search_path TO DEFAULT", {}).answer(sql, one("5"));
  CHECK(host.fire("before_ddl").status == DAVIT_OK);
  CHECK(host.fire("after_validation").status == DAVIT_OK);
  CHECK(host.reports.back() == "users = 5, before 5");
}

TEST_CASE("a missing table is a failure before, if so configured") {
  fake_host host(davit_plugin_v1);
  users(host).configure("captures.0.if_missing", text("fail")).init();
  not_found(host);
  const auto end = host.fire("before_ddl");
  CHECK(end.status == DAVIT_ERR_SQL);
  CHECK(end.text.find("users: relation \"users\" does not exist (SQLSTATE 42P01)") == 0);
}

TEST_CASE("a table that is gone afterwards is a loss") {
  fake_host host(davit_plugin_v1);
  users(host).init();
  not_found(host.answer(sql, one("5")));
  CHECK(host.fire("before_ddl").status == DAVIT_OK);
  const auto end = host.fire("after_validation");
  CHECK(end.status == DAVIT_ERR);
  CHECK(end.text == "Data was lost! (users: before 5, now relation \"users\" does not exist)");
}

TEST_CASE("a comparison without a first value is a failure") {
  fake_host host(davit_plugin_v1);
  users(host).init();
  const auto end = host.fire("after_validation");
  CHECK(end.status == DAVIT_ERR_STATE);
  CHECK(end.text.find("users: there is no value from before_ddl to compare with") == 0);
}

TEST_CASE("a query must give one value that can be judged") {
  const auto refusal = [](const reply &r) {
    fake_host host(davit_plugin_v1);
    users(host).init();
    host.answer(sql, r);
    return host.fire("before_ddl").text;
  };
  CHECK(refusal({}) == "users: the query must give one row, not 0");
  CHECK(refusal({{{"1"}, {"2"}}, 0, "", ""}) == "users: the query must give one row, not 2");
  CHECK(refusal({{{std::nullopt}}, 0, "", ""}) == "users: the query gave NULL; coalesce(…, 0) makes that a number");
  CHECK(refusal(one("many")) == "users: 'many' is not a number; rule = \"equal\" compares text as well");
}

TEST_CASE("on the way down nothing is compared, unless asked for") {
  fake_host host(davit_plugin_v1);
  users(host).init();
  host.up = false;
  CHECK(host.fire("before_ddl").status == DAVIT_OK);
  CHECK(host.fire("after_validation").status == DAVIT_OK);
  CHECK(host.queries.empty());
}

TEST_CASE("phases in an order that cannot work are refused") {
  const auto complaint = [](const char *before, const char *after) {
    fake_host host(davit_plugin_v1);
    users(host).configure("captures.0.before", text(before)).configure("captures.0.after", text(after));
    try {
      host.init();
    } catch (const std::runtime_error &e) {
      return std::string(e.what());
    }
    return std::string("no complaint");
  };
  CHECK(complaint("validated", "post_complete") == "no complaint");
  CHECK(complaint("validated", "cleanup") == "no complaint");
  CHECK(complaint("cleanup", "before_ddl") == "captures.0.after: phase before_ddl does not come after cleanup");
  CHECK(complaint("cleanup", "cleanup") == "captures.0.after: phase cleanup does not come after cleanup");
  CHECK(complaint("before_ddl", "post_complete").find("captures.0.after: phase post_complete is outside") == 0);
  CHECK(complaint("pre_rollback", "post_execute").find("captures.0: one of its phases fires on the way up") == 0);
}

TEST_CASE("a migration that goes on is held against what was there before the run that began it") {
  fake_host host(davit_plugin_v1);
  users(host).init();
  host.facts["migration.resumed_after"] = std::int64_t{1};
  const auto begin = host.fire("before_ddl");
  CHECK(begin.status == DAVIT_ERR_STATE);
  CHECK(begin.text.find("what it was before the migration is not known") != std::string::npos);

  host.stats["mine.users.before"] = std::int64_t{1000};
  CHECK(host.fire("before_ddl").status == DAVIT_OK);
  CHECK(host.reports.back() == "users = 1000 before the migration was begun by an earlier run");
  host.answer(sql, one("998"));
  CHECK(host.fire("after_validation").text == "Data was lost! (users: before 1000, after 998, must not decrease)");
}
