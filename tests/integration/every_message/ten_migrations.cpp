#include "ten_migrations.hpp"

#include "ten_files.hpp"

#include <doctest/doctest.h>

#include <set>
#include <sstream>
#include <vector>

namespace davit::test {
namespace {

void on_server(const std::string &statement) {
  postgres::connection({crashing_server().url(), "test"}).exec(statement);
}

// Copied for each run down. Without a checkpoint behind the copy its sequences would count again what they had counted
// before the server crashes.
const std::string &all_applied() {
  static const std::string name = [] {
    const ten_migrations all(direction::up);
    all.finish();
    all.sql("TRUNCATE hooked");
    on_server("CREATE DATABASE all_applied TEMPLATE " + all.sql("SELECT current_database()"));
    return "all_applied";
  }();
  return name;
}

// The order of rows says nothing, and the frame around them neither.
std::string sorted_lines(const std::string &dump) {
  std::multiset<std::string> lines;
  std::istringstream in(dump);
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && !line.starts_with("--") && !line.starts_with("\\")) lines.insert(line);
  std::string out;
  for (const auto &line : lines) out += line + "\n";
  return out;
}

} // namespace

postgres::private_server &crashing_server() {
  static postgres::private_server one({.settings = {{"synchronous_commit", "on"}}, .bin_dir = {}});
  return one;
}

ten_migrations::ten_migrations(direction way)
    : way_(way), project_(with_probe(actions_beside_ten(way == direction::up))) {
  static std::size_t count = 0;
  name_ = "ten_" + std::to_string(++count);
  on_server("CREATE DATABASE " + name_ + " TEMPLATE " +
            (way == direction::up ? "template0" : all_applied() + " STRATEGY file_copy"));
  if (way == direction::up) sql(before_ten);
  write_ten(project_);
}

ten_migrations::~ten_migrations() {
  try {
    on_server("DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception &) { // the server goes away with its folder
  }
}

program ten_migrations::command(const std::string &url) const {
  const auto to_do = way_ == direction::up ? std::vector<std::string>{"up", "--json"}
                                           : std::vector<std::string>{"down", "--to", "0", "--json"};
  return project_.command(to_do, {{"DAVIT_DATABASE_URL", url}});
}

program ten_migrations::davit(std::vector<std::string> arguments) const {
  return project_.command(std::move(arguments), {{"DAVIT_DATABASE_URL", url()}});
}

std::string ten_migrations::sql(std::string_view query) const {
  postgres::connection c({url(), "test"});
  const auto r = c.exec(query);
  std::string out;
  for (int i = 0; i < r.rows(); ++i) out += (i == 0 ? "" : "\n") + std::string(r.text(i, 0));
  return out;
}

void ten_migrations::finish() const {
  bool dropped = false; // the index, without davit knowing
  for (int attempts = 0; attempts < 4; ++attempts) {
    const auto run = test::run(command(url()));
    INFO("stdout:\n", run.out, "\nstderr:\n", run.err);
    if (run.exit_code == 0) return;
    const json answer(run.out);
    if (run.exit_code == 1 && !dropped) {
      // Nobody but the operator can tell that DROP INDEX CONCURRENTLY was done when its answer was lost.
      REQUIRE(has(answer.text("/error/message"), "index \"account_n\" does not exist"));
      dropped = true;
      continue;
    }
    REQUIRE(run.exit_code == 6);
    REQUIRE(answer.text("/error/code") == "partly_applied");
    const std::string version = answer.text("/error/message").substr(0, 4);
    const auto status = test::run(davit({"status"}));
    CHECK_MESSAGE(has(status.out, "stopped "), status.out);
    std::vector<std::string> repair{"repair", version, "--resume"};
    if (dropped && version == "0005") repair.insert(repair.end(), {"--after", "1"});
    const auto repaired = test::run(davit(repair));
    REQUIRE_MESSAGE(repaired.exit_code == 0, repaired.err);
  }
  FAIL("davit does not come to an end");
}

std::string ten_migrations::state() const {
  const auto dump =
      run({.argv = {(crashing_server().bin_dir() / "pg_dump").string(), "--no-owner", "--exclude-schema=davit",
                    "--exclude-table-data=account", "--exclude-table-data=hooked", "-d", url()}});
  REQUIRE_MESSAGE(dump.exit_code == 0, dump.err);
  const bool up = way_ == direction::up;
  return sorted_lines(dump.out) + (up ? sql("SELECT account::text FROM account ORDER BY 1") : "") +
         sql("SELECT version || ' ' || state FROM davit.migration ORDER BY version") +
         // A migration without a transaction calls its handlers once for each attempt.
         sql("SELECT 'hooked at ' || applied || CASE WHEN applied IN (" + std::string(up ? "3, 4, 7" : "4, 5, 8") +
             ") THEN '' ELSE ': ' || count(*) END FROM hooked GROUP BY applied ORDER BY applied") +
         sql("SELECT 'index ' || indexrelid::regclass || ' ' || indisvalid FROM pg_index WHERE indrelid = "
             "to_regclass('account')") +
         sql("SELECT count(*) || ' in progress' FROM davit.progress");
}

const std::string &undisturbed(direction way) {
  const auto state_after = [](direction d) {
    const ten_migrations all(d);
    all.finish();
    return all.state();
  };
  static const std::string up = state_after(direction::up), down = state_after(direction::down);
  return way == direction::up ? up : down;
}

} // namespace davit::test
