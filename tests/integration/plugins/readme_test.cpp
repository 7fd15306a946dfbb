// The README of each plugin, followed as it is printed: its project is run, and what it promises is looked up in what
// davit says.
#include "shipped.hpp"
#include "support/markdown.hpp"
#include "support/paths.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string readme_of(const std::string &plugin) {
  const auto file = source_root() / "plugins" / plugin / "README.md";
  std::ifstream in(file);
  REQUIRE_MESSAGE(in, "cannot read ", file.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

outcome follow(const std::string &readme) {
  const temp_folder home; // its davit.toml asks for a private server
  program bash{{"bash", "-c", as_script(blocks_of(readme))}};
  bash.cwd = home.path();
  bash.environment = {{"PATH", davit_program().parent_path().string() + ":" + std::getenv("PATH")},
                      {"DAVIT_DATABASE_URL", std::nullopt},
                      {"DAVIT_ENVIRONMENT", std::nullopt}};
  auto result = run(bash);
  INFO(result.out, result.err);
  REQUIRE(result.exit_code == 0);
  return result;
}

// The text stands in the README, and davit said it.
void check_promise(const std::string &readme, const outcome &result, const std::string &text) {
  INFO(result.out, result.err);
  CHECK_MESSAGE(has(readme, "`" + text + "`"), "not in the README any more: ", text);
  CHECK_MESSAGE(has(result.err, text), "not said by davit: ", text);
}

// The block in `language` that belongs to no file: something to be added to a davit.toml of one's own.
std::string fragment(const std::string &readme, std::string_view language) {
  for (const auto &b : blocks_of(readme))
    if (b.language == language && b.file.empty()) return b.text;
  FAIL("no fragment in " << language);
  return {};
}

std::string file_of(const std::string &readme, std::string_view name) {
  for (const auto &b : blocks_of(readme))
    if (b.file == name) return b.text;
  FAIL("the README has no " << name);
  return {};
}

// The README's davit.toml with something added, on the test's own server.
void configure_as_shown(const project &p, const std::string &readme, const std::string &addition) {
  std::string toml = file_of(readme, "davit.toml");
  const auto at = toml.find("url = ");
  REQUIRE(at != std::string::npos);
  toml.erase(at, toml.find('\n', at) - at);
  p.configure(toml + "\n" + addition);
}

} // namespace

TEST_CASE("audit-log: the README's project is recorded as it says") {
  const auto readme = readme_of("audit-log");
  const auto result = follow(readme);
  check_promise(readme, result, R"(recorded as applied in "public"."davit_audit")");
}

TEST_CASE("audit-log: the README's table has the columns and types that it lists") {
  const auto readme = readme_of("audit-log");
  const project p(only("audit_log", ""));
  p.migration("1_one.up.sql", "SELECT 1;");
  up(p, 0);
  std::istringstream columns(p.database().sql("SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
                                              "WHERE attrelid = 'davit_audit'::regclass AND attnum > 0"));
  const auto table = readme.substr(readme.find("## The table"));
  int seen = 0;
  for (std::string line; std::getline(columns, line); ++seen) {
    const auto name = line.substr(0, line.find('|'));
    auto type = line.substr(line.find('|') + 1);
    if (type == "timestamp with time zone") type = "timestamptz";
    const auto row = table.find("`" + name + "`");
    REQUIRE_MESSAGE(row != std::string::npos, "not listed: ", name);
    CHECK_MESSAGE(has(table.substr(row, table.find('\n', row) - row), "| `" + type + "` |"), name, " is ", type);
  }
  CHECK(seen == 15);
}

TEST_CASE("integrity-check: the README's project loses no rows") {
  const auto readme = readme_of("integrity-check");
  const auto result = follow(readme);
  check_promise(readme, result, "Data was lost! (users: before 1000, after 998, must not decrease)");
  CHECK(has(result.out, "2 of 2 migrations applied"));
  CHECK(has(result.out, "2 of 3 migrations applied"));
}

TEST_CASE("integrity-check: the README's one line is a whole configuration") {
  const project p(only("integrity_check", fragment(readme_of("integrity-check"), "toml")));
  create_users(p, 2);
  p.migration("1_add.up.sql", "INSERT INTO users VALUES (3, NULL);");
  CHECK(has(up(p, 1).err, "Found NULL emails after migration (checks.0: expected 0, found 1)"));
  CHECK(p.database().sql("SELECT count(*) FROM users") == "2");
}

TEST_CASE("integrity-check: the README's hooks entry softens the check that it names, and only that") {
  const auto readme = readme_of("integrity-check");
  const project p;
  configure_as_shown(p, readme, fragment(readme.substr(readme.find("## When something fails")), "toml"));
  create_users(p, 2);
  p.database().sql("CREATE TABLE orders (id bigint, user_id bigint)");
  p.migration("1_null.up.sql", "INSERT INTO users VALUES (3, NULL);");
  const auto warned = up(p, 0);
  CHECK(has(warned.err, "Found NULL emails after migration"));
  CHECK(ledger(p) == "1 applied");
  p.migration("2_orphan.up.sql", "INSERT INTO orders VALUES (1, 99);");
  CHECK(has(up(p, 7).err, "orphans: expected no row, found 1 row"));
  CHECK(ledger(p) == "1 applied");
}

TEST_CASE("read-model: the README's project fills its table") {
  const auto readme = readme_of("read-model");
  const auto result = follow(readme);
  check_promise(readme, result, "user_summary: 2 rows");
}

TEST_CASE("read-model: the README's hooks entry gives a model a deadline and softens its failure") {
  const auto readme = readme_of("read-model");
  const project p;
  configure_as_shown(p, readme, fragment(readme, "toml"));
  p.migration("2_no_table.up.sql", "CREATE TABLE users (id int);"); // the model's table is missing
  const auto planned = p.davit_json({"plan"}).at("/migrations/0/hooks/0");
  CHECK(planned.integer("/deadline_ms") == 30'000);
  CHECK(planned.text("/on_failure") == "warn");
  const auto result = up(p, 0);
  CHECK(has(result.err, "r_user_summary"));
  CHECK(calls(p) == "after_ddl user_summary failed 0");
  CHECK(ledger(p) == "2 applied");
}
