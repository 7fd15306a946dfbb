// host/demo is what a newcomer sees first: it must work, all of it, forwards and backwards.
#include "support/paths.hpp"
#include "support/program.hpp"
#include "support/test_database.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using davit::test::outcome;
using davit::test::test_database;
namespace fs = std::filesystem;

namespace {

const fs::path demo = davit::test::source_root() / "host/demo";

outcome davit_on(const test_database &database, std::vector<std::string> arguments) {
  davit::test::program program{
      .argv = {davit::test::davit_program().string(), "--config", (demo / "davit.toml").string()},
      .environment = {{"DAVIT_DATABASE_URL", database.url()}, {"DAVIT_ENVIRONMENT", {}}, {"DAVIT_PLUGIN_PATH", {}}}};
  program.argv.insert(program.argv.end(), arguments.begin(), arguments.end());
  return davit::test::run(program);
}

// As davit_on; the test ends here if it fails.
outcome done_on(const test_database &database, std::vector<std::string> arguments) {
  auto result = davit_on(database, std::move(arguments));
  REQUIRE_MESSAGE(result.exit_code == 0, result.out << result.err);
  return result;
}

std::vector<fs::path> files_ending_in(std::string_view suffix) {
  std::vector<fs::path> out;
  for (const auto &entry : fs::directory_iterator(demo / "migrations"))
    if (entry.path().filename().string().ends_with(suffix)) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace

TEST_CASE("every migration of the demo has a down and a verify file") {
  const auto count = files_ending_in(".up.sql").size();
  CHECK(count >= 8);
  CHECK(files_ending_in(".down.sql").size() == count);
  CHECK(files_ending_in(".verify.sql").size() == count);
}

TEST_CASE("the demo goes up, with its checks, its audit rows and its read model") {
  const test_database database;
  done_on(database, {"up"});
  const auto count = std::to_string(files_ending_in(".up.sql").size());
  CHECK(database.sql("SELECT count(*) FROM davit_audit WHERE outcome = 'applied'") == count);
  CHECK(database.sql("SELECT count(*) FROM r_customer_summary") == database.sql("SELECT count(*) FROM customers"));
  CHECK(database.sql("SELECT count(*) > 0 FROM gold_customers") == "t");
  done_on(database, {"verify", "--run-sql"});
  CHECK(done_on(database, {"up"}).exit_code == 0); // nothing is pending
}

TEST_CASE("up, the demo leaves the schema that psql makes of the same files") {
  const test_database by_davit, by_psql;
  done_on(by_davit, {"up"});
  by_davit.sql("DROP TABLE davit_audit"); // the plugin's, not the shop's
  for (const auto &file : files_ending_in(".up.sql")) by_psql.psql(file);
  CHECK(by_davit.schema_dump() == by_psql.schema_dump());
}

TEST_CASE("down again, the demo leaves nothing behind but the audit") {
  const test_database database, empty;
  done_on(database, {"up"});
  done_on(database, {"down", "--to", "0"});
  CHECK(database.sql("SELECT count(*) FROM davit_audit WHERE outcome = 'reverted'") ==
        std::to_string(files_ending_in(".down.sql").size()));
  database.sql("DROP TABLE davit_audit");
  CHECK(database.schema_dump() == empty.schema_dump());
  done_on(database, {"up"});
}

TEST_CASE("the demo's checks refuse a shop whose totals are wrong") {
  const test_database database;
  done_on(database, {"up", "--to", "10"});
  database.sql("UPDATE orders SET total = total + 1 WHERE id = 1");
  const auto result = davit_on(database, {"up"});
  CHECK(result.exit_code == 7);
  CHECK(result.err.find("An order's total is not that of its items") != std::string::npos);
  CHECK(database.sql("SELECT to_regclass('r_customer_summary') IS NULL") == "t");
}

TEST_CASE("the plan of the demo names every migration, and changes nothing") {
  const test_database database, empty;
  const auto plan = done_on(database, {"plan"}).out;
  for (const auto &file : files_ending_in(".up.sql")) {
    const auto title = file.filename().string();
    CHECK(plan.find(title.substr(0, title.find('.'))) != std::string::npos);
  }
  CHECK(database.schema_dump() == empty.schema_dump());
  CHECK(database.sql("SELECT to_regnamespace('davit') IS NULL") == "t");
}
