#include "testing/fake_host.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

extern "C" const davit_plugin *davit_plugin_v1(void);

using testing::fake_host;
using testing::field;
using testing::reply;

namespace {

const reply there{{{"t"}}, 0, "", ""};
const reply absent{{{"f"}}, 0, "", ""};
const reply row_41{{{"41"}}, 1, "", ""};
const reply done{{}, 1, "", ""};

std::unique_ptr<fake_host> start(const std::string &connection = "transaction") {
  auto host = std::make_unique<fake_host>(davit_plugin_v1);
  host->configure("connection", connection).init();
  return host;
}

} // namespace

TEST_CASE("the row is written with the migration, on its own connection") {
  const auto host = start();
  host->hint = "ticket 12";
  host->facts["migration.elapsed_ms"] = std::int64_t{250};
  host->answer("SET LOCAL ROLE NONE", {})
      .answer("SET LOCAL SESSION AUTHORIZATION DEFAULT", {})
      .answer("to_regclass", there);
  host->answer("INSERT INTO \"public\".\"davit_audit\"", row_41);
  CHECK(host->fire("cleanup").status == DAVIT_OK);
  REQUIRE(host->queries.size() == 4);
  CHECK(host->queries[2].params == std::vector<field>{"\"public\".\"davit_audit\""});
  CHECK(host->queries[3].connection == DAVIT_CONN_MIGRATION);
  CHECK(host->queries[3].params == std::vector<field>{"00000000-0000-4000-8000-000000000001", "3", "orders", "up",
                                                      "test", "deployer", "c0ffee", "applied", std::nullopt,
                                                      std::nullopt, std::nullopt, "ticket 12", "250", "true"});
  CHECK(host->reports == std::vector<std::string>{"recorded as applied in \"public\".\"davit_audit\""});
}

TEST_CASE("a migration that goes down is recorded as reverted; an unknown start stays unknown") {
  const auto host = start();
  host->up = false;
  host->answer("ROLE", {}).answer("AUTHORIZATION", {}).answer("to_regclass", there).answer("INSERT", row_41);
  CHECK(host->fire("cleanup").status == DAVIT_OK);
  CHECK(host->queries[3].params[3] == "down");
  CHECK(host->queries[3].params[7] == "reverted");
  CHECK(host->queries[3].params[12] == std::nullopt);
}

TEST_CASE("a migration without a transaction keeps its role") {
  const auto host = start();
  host->no_transaction = true;
  host->answer("to_regclass", there).answer("INSERT", row_41);
  CHECK(host->fire("cleanup").status == DAVIT_OK);
  CHECK(host->script_done());
}

TEST_CASE("a failure gets a row of its own, with SQLSTATE and message") {
  const auto host = start();
  host->failed = fake_host::failure{DAVIT_ERR_SQL, "22012", "division by zero"};
  host->answer("to_regclass", there).answer("INSERT", row_41);
  CHECK(host->fire("on_error").status == DAVIT_OK);
  CHECK(host->queries[1].params[7] == "failed");
  CHECK(host->queries[1].params[8] == "22012");
  CHECK(host->queries[1].params[9] == "division by zero");
}

TEST_CASE("an interrupt and a missed deadline are recorded as such") {
  for (const auto &[status, word] : {std::pair{DAVIT_ERR_CANCELLED, "interrupted"}, {DAVIT_ERR_DEADLINE, "deadline"}}) {
    const auto host = start();
    host->failed = fake_host::failure{status, "", "stopped"};
    host->answer("to_regclass", there).answer("INSERT", row_41);
    CHECK(host->fire("on_error").status == DAVIT_OK);
    CHECK(host->queries[1].params[7] == word);
  }
}

TEST_CASE("a veto is recorded as one") {
  const auto host = start();
  host->failed = fake_host::failure{DAVIT_VETO, "", "not on a Friday"};
  host->answer("to_regclass", there).answer("INSERT", row_41);
  CHECK(host->fire("on_error").status == DAVIT_OK);
  CHECK(host->queries[1].params[7] == "vetoed");
  CHECK(host->queries[1].params[8] == std::nullopt);
}

TEST_CASE("the table is created where it does not exist, and only there") {
  const auto host = start();
  host->answer("ROLE", {})
      .answer("AUTHORIZATION", {})
      .answer("to_regclass", absent)
      .answer("CREATE TABLE IF NOT EXISTS", done)
      .answer("INSERT", row_41);
  CHECK(host->fire("cleanup").status == DAVIT_OK);
  CHECK(host->script_done());
}

TEST_CASE("without create_table a missing table is an error that says what to do") {
  fake_host host(davit_plugin_v1);
  host.configure("create_table", false).configure("table", std::string("Ops.\"Who did it\"")).init();
  host.answer("ROLE", {}).answer("AUTHORIZATION", {}).answer("to_regclass", absent);
  const auto end = host.fire("cleanup");
  CHECK(end.status == DAVIT_ERR);
  CHECK(end.text == "the audit table \"ops\".\"Who did it\" does not exist; create it, or set create_table = true");
}

TEST_CASE("only the environments named are recorded") {
  fake_host host(davit_plugin_v1);
  host.configure("environments.0", std::string("staging"))
      .configure("environments.1", std::string("production"))
      .init();
  CHECK(host.fire("cleanup").status == DAVIT_OK);
  CHECK(host.queries.empty());
  CHECK(host.reports == std::vector<std::string>{"this environment is not recorded"});
  host.environment = "production";
  host.answer("ROLE", {}).answer("AUTHORIZATION", {}).answer("to_regclass", there).answer("INSERT", row_41);
  CHECK(host.fire("cleanup").status == DAVIT_OK);
  CHECK(host.queries.size() == 4);
}

TEST_CASE("on the side connection the row is there first, and is completed") {
  const auto host = start("side");
  host->answer("to_regclass", there).answer("INSERT", row_41);
  CHECK(host->fire("pre_execute").status == DAVIT_OK);
  CHECK(host->queries[1].connection == DAVIT_CONN_SIDE);
  CHECK(host->queries[1].params[7] == "started");
  CHECK(host->queries[1].params[12] == "0");
  CHECK(host->queries[1].params[13] == "false");
  host->answer("UPDATE", done);
  CHECK(host->fire("post_execute").status == DAVIT_OK);
  CHECK(host->queries[2].connection == DAVIT_CONN_SIDE);
  CHECK(host->queries[2].params == std::vector<field>{"41", "applied", std::nullopt, std::nullopt});
  CHECK(host->fire("failure").status == DAVIT_OK); // nothing is left open
  CHECK(host->queries.size() == 3);
}

TEST_CASE("on the side connection a failure completes the row that was there") {
  const auto host = start("side");
  host->up = false;
  host->answer("to_regclass", there).answer("INSERT", row_41).answer("UPDATE", done);
  CHECK(host->fire("pre_rollback").status == DAVIT_OK);
  host->failed = fake_host::failure{DAVIT_ERR_SQL, "22012", "division by zero"};
  CHECK(host->fire("on_error").status == DAVIT_OK);
  CHECK(host->queries[2].params == std::vector<field>{"41", "failed", "22012", "division by zero"});
}

TEST_CASE("a migration that another plugin refused first is recorded all the same") {
  const auto host = start("side");
  host->failed = fake_host::failure{DAVIT_VETO, "", "not on a Friday"};
  host->answer("to_regclass", there).answer("INSERT", row_41);
  CHECK(host->fire("on_error").status == DAVIT_OK);
  CHECK(host->queries[1].connection == DAVIT_CONN_SIDE);
  CHECK(host->queries[1].params[7] == "vetoed");
  CHECK(host->queries[1].params[9] == "not on a Friday");
}

TEST_CASE("a row that is left open is completed when the run fails, with the run's outcome") {
  const auto host = start("side");
  host->answer("to_regclass", there).answer("INSERT", row_41).answer("UPDATE", done);
  CHECK(host->fire("pre_execute").status == DAVIT_OK);
  host->facts["run.outcome"] = std::string("interrupted");
  host->in_migration = false;
  CHECK(host->fire("failure").status == DAVIT_OK);
  CHECK(host->queries[2].params[1] == "interrupted");
}

TEST_CASE("a row that is left open behind COMMIT is completed with what became of the migration, not of the run") {
  for (const bool up : {true, false}) {
    CAPTURE(up);
    const auto host = start("side");
    host->up = up;
    host->answer("to_regclass", there).answer("INSERT", row_41).answer("UPDATE", done);
    host->facts["run.done"] = std::int64_t{3};
    CHECK(host->fire(up ? "pre_execute" : "pre_rollback").status == DAVIT_OK);
    host->facts["run.done"] = std::int64_t{4};
    host->facts["run.outcome"] = std::string("interrupted");
    host->in_migration = false;
    CHECK(host->fire("failure").status == DAVIT_OK);
    CHECK(host->queries[2].params[1] == (up ? "applied" : "reverted"));
  }
}

TEST_CASE("a committed migration stays applied in the log, although its row could not be completed at once") {
  const auto host = start("side");
  host->answer("to_regclass", there).answer("INSERT", row_41);
  host->answer("UPDATE", {{}, 0, "57P01", "terminating connection"}).answer("UPDATE", done);
  CHECK(host->fire("pre_execute").status == DAVIT_OK);
  CHECK(host->fire("post_execute").status == DAVIT_ERR_SQL);
  host->facts["run.outcome"] = std::string("failed");
  CHECK(host->fire("failure").status == DAVIT_OK);
  CHECK(host->queries[3].params[1] == "applied");
}

TEST_CASE("a row that vanished is an error") {
  const auto host = start("side");
  host->answer("to_regclass", there).answer("INSERT", row_41).answer("UPDATE", {});
  CHECK(host->fire("pre_execute").status == DAVIT_OK);
  const auto end = host->fire("post_execute");
  CHECK(end.status == DAVIT_ERR);
  CHECK(end.text.find("id 41") != std::string::npos);
}

TEST_CASE("a dry run writes nothing on the side connection, and says so") {
  const auto host = start("side");
  host->dry = true;
  host->answer("to_regnamespace", there).answer("to_regclass", absent).answer("has_any_column_privilege", there);
  CHECK(host->fire("pre_execute").status == DAVIT_OK);
  CHECK(host->fire("post_execute").status == DAVIT_OK);
  CHECK(host->script_done());
  host->failed = fake_host::failure{DAVIT_ERR_SQL, "22012", "division by zero"};
  CHECK(host->fire("on_error").status == DAVIT_OK);
  CHECK(host->queries.size() == 3);
  for (const auto &q : host->queries) CHECK(q.sql.find("SELECT ") == 0);
  REQUIRE(host->reports.size() == 3);
  CHECK(host->reports[0].find("dry run: nothing is recorded") == 0);
  CHECK(host->reports[1] == "nothing is recorded");
}

TEST_CASE("a dry run tells what a side connection could not do; behind another migration it cannot know") {
  const auto host = start("side");
  host->dry = true;
  host->answer("to_regnamespace", absent);
  const auto end = host->fire("pre_execute");
  CHECK(end.status == DAVIT_ERR);
  CHECK(end.text.find("schema \"public\" of the audit table does not exist") == 0);
  host->facts["run.done"] = std::int64_t{1};
  CHECK(host->fire("pre_execute").status == DAVIT_OK);
  CHECK(host->queries.size() == 1);
}

TEST_CASE("wrong configuration is refused with the key") {
  const auto complaint = [](const std::string &key, testing::value v) {
    fake_host host(davit_plugin_v1);
    try {
      host.configure(key, std::move(v)).init();
    } catch (const std::runtime_error &e) {
      return std::string(e.what());
    }
    return std::string("no complaint");
  };
  CHECK(complaint("table", std::string("a.b.c")) == "table: it must be table or schema.table");
  CHECK(complaint("connection", std::string("other")) == R"(connection: "other" is not one of "transaction", "side")");
  CHECK(complaint("environments", testing::json{"[]"}) == "environments: it is empty, so nothing would ever be meant; "
                                                          "name at least one, or leave the key out for all of them");
}
