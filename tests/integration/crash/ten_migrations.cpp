#include "ten_migrations.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <set>
#include <sstream>

namespace davit::test {
namespace {

constexpr std::string_view marked = "-- davit: no-transaction\n";

// Two handlers: one beside each migration's ledger row, one after COMMIT.
const std::string hooks = R"t(
  { phase = "cleanup", do = "sql", sql = "INSERT INTO hooked SELECT count(*) FROM davit.migration WHERE state = 'applied'" },
  { phase = "before_ddl", do = "sql", sql = "SELECT 1" },
  { phase = "post_execute", do = "sql", sql = "SELECT 2" })t";

void write(const project &p) {
  p.migration("0001_account.up.sql", "CREATE TABLE account (name text, n int);\nINSERT INTO account SELECT 'a' || i, i "
                                     "FROM generate_series(1, 50) i;");
  p.migration("0002_column.up.sql",
              "ALTER TABLE account ADD COLUMN seen int DEFAULT 0;\nUPDATE account SET seen = seen + 1;");
  p.migration("0003_copy.up.sql", "COPY account (name, n) FROM stdin;\nx\t1\ny\t2\n\\.\nUPDATE account SET n = n + 1;");
  p.migration("0004_steps.up.sql", std::string(marked) +
                                       "CREATE TABLE step (what text);\nINSERT INTO step VALUES ('one');\n"
                                       "SET search_path = public;\nINSERT INTO step VALUES ('two');\n"
                                       "UPDATE account SET n = n + 1;\nVACUUM step;");
  p.migration("0005_index.up.sql", "CREATE INDEX CONCURRENTLY account_n ON account (n);");
  p.migration("0006_function.up.sql", "CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql AS 'SELECT 2 * i';\n"
                                      "UPDATE account SET n = twice(n);");
  p.migration("0007_child.up.sql", "CREATE TABLE child (i int);\nINSERT INTO child VALUES (1);");
  p.migration("0008_block.up.sql", std::string(marked) +
                                       "INSERT INTO child VALUES (2);\nBEGIN;\nINSERT INTO child VALUES (3);\n"
                                       "INSERT INTO child VALUES (4);\nCOMMIT;\nINSERT INTO child VALUES (5);");
  p.migration("0009_checked.up.sql", "INSERT INTO child VALUES (6);");
  p.migration("0009_checked.verify.sql", "SELECT count(*) = 1 FROM child WHERE i = 6;");
  p.migration("0010_last.up.sql", "INSERT INTO step VALUES ('last');");
}

bool is_statement(const proxied &who, const message &m) {
  return who.application.starts_with("davit ") && (m.type == 'Q' || m.type == 'P');
}

std::string kind_of(const std::string &statement) {
  std::string out;
  for (const char c : statement.substr(0, 60)) out += std::isdigit(static_cast<unsigned char>(c)) ? '#' : c;
  return out;
}

} // namespace

postgres::private_server &crashing_server() {
  static postgres::private_server one({.settings = {{"synchronous_commit", "on"}}, .bin_dir = {}});
  return one;
}

ten_migrations::ten_migrations() : project_(with_probe(hooks)) {
  static std::size_t count = 0;
  name_ = "ten_" + std::to_string(++count);
  postgres::connection({crashing_server().url(), "test"}).exec("CREATE DATABASE " + name_ + " TEMPLATE template0");
  sql("CREATE TABLE hooked (before int)");
  write(project_);
}

ten_migrations::~ten_migrations() {
  try {
    postgres::connection({crashing_server().url(), "test"}).exec("DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception &) { // the server goes away with its folder
  }
}

program ten_migrations::up(const std::string &url) const {
  return project_.command({"up", "--json"}, {{"DAVIT_DATABASE_URL", url}});
}

std::string ten_migrations::sql(std::string_view query) const {
  postgres::connection c({url(), "test"});
  const auto r = c.exec(query);
  std::string out;
  for (int i = 0; i < r.rows(); ++i) out += std::string(r.text(i, 0)) + "\n";
  return out;
}

void ten_migrations::finish() const {
  for (int attempts = 0; attempts < 3; ++attempts) {
    const auto run = test::run(up(url()));
    INFO("stdout:\n", run.out, "\nstderr:\n", run.err);
    if (run.exit_code == 0) return;
    REQUIRE(run.exit_code == 6);
    const json answer(run.out);
    REQUIRE(answer.text("/error/code") == "partly_applied");
    const std::string version = answer.text("/error/message").substr(0, 4);
    const auto status = test::run(project_.command({"status"}, {{"DAVIT_DATABASE_URL", url()}}));
    CHECK_MESSAGE(has(status.out, "stopped "), status.out);
    const auto repaired = test::run(project_.command({"repair", version, "--resume"}, {{"DAVIT_DATABASE_URL", url()}}));
    REQUIRE_MESSAGE(repaired.exit_code == 0, repaired.err);
  }
  FAIL("davit up does not come to an end");
}

std::string ten_migrations::state() const {
  const auto dump =
      run({.argv = {(crashing_server().bin_dir() / "pg_dump").string(), "--no-owner", "--exclude-schema=davit",
                    "--exclude-table-data=account", "--exclude-table-data=hooked", "-d", url()}});
  REQUIRE_MESSAGE(dump.exit_code == 0, dump.err);
  std::multiset<std::string> lines; // the order of rows says nothing
  std::istringstream in(dump.out);
  for (std::string line; std::getline(in, line);)
    if (!has(line, "restrict ")) lines.insert(line);
  std::string schema;
  for (const auto &line : lines) schema += line + "\n";
  return schema + sql("SELECT name || ' ' || n || ' ' || seen FROM account ORDER BY 1") +
         sql("SELECT version || ' ' || state FROM davit.migration ORDER BY version") +
         // A migration without a transaction calls its handlers once for each attempt.
         sql("SELECT 'hooked at ' || before || CASE WHEN before IN (3, 4, 7) THEN '' ELSE ': ' || count(*) END FROM "
             "hooked "
             "GROUP BY before ORDER BY before") +
         sql("SELECT 'index ' || indexrelid::regclass || ' ' || indisvalid FROM pg_index WHERE indrelid = "
             "'account'::regclass") +
         sql("SELECT count(*) || ' in progress' FROM davit.progress");
}

message_hook at_statement(std::size_t n, std::function<verdict()> call) {
  auto seen = std::make_shared<std::atomic<std::size_t>>(0);
  return [n, seen, call = std::move(call)](const proxied &who, const message &m) {
    return is_statement(who, m) && ++*seen == n ? call() : verdict::pass();
  };
}

const undisturbed_run &undisturbed() {
  static const undisturbed_run one = [] {
    undisturbed_run out;
    const ten_migrations all;
    const proxy network(crashing_server().folder(), {.from_client = [&](const proxied &who, const message &m) {
                          if (is_statement(who, m)) out.statements.emplace_back(m.sql());
                          return verdict::pass();
                        }});
    const auto run = test::run(all.up(network.url(all.name())));
    REQUIRE_MESSAGE(run.exit_code == 0, run.err);
    out.state = all.state();
    return out;
  }();
  return one;
}

std::vector<std::size_t> points(std::size_t every) {
  const auto &statements = undisturbed().statements;
  const bool all = std::getenv("DAVIT_CRASH_ALL") != nullptr;
  std::vector<std::size_t> out;
  std::set<std::string> kinds;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const bool is_new = kinds.insert(kind_of(statements[i])).second;
    if (all || (is_new && kinds.size() % every == 0)) out.push_back(i + 1);
  }
  return out;
}

} // namespace davit::test
