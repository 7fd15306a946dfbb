#include "support/test_database.hpp"

#include "support/program.hpp"

#include <atomic>
#include <cstdio>
#include <stdexcept>

namespace davit::test {
namespace {

postgres::connection connect_to(const std::string &url) { return postgres::connection({url, "davit-test"}); }

std::string run_client(std::vector<std::string> arguments) {
  arguments.front() = (server().bin_dir() / arguments.front()).string();
  const auto result = run({.argv = arguments});
  if (result.exit_code != 0) {
    std::string line;
    for (const auto &argument : arguments) line += argument + " ";
    throw std::runtime_error(line + "failed\n" + result.out + result.err);
  }
  return result.out;
}

// A name that no earlier database of this server had: what still holds on to one cannot disturb the next test.
std::string fresh_name() {
  static std::atomic<unsigned> count = 0;
  return "test_" + std::to_string(++count);
}

// pg_dump fences its output with `\restrict TOKEN` and `\unrestrict TOKEN`, and the token is another one each time.
std::string without_fence(std::string_view dump) {
  std::string out;
  while (!dump.empty()) {
    const auto line = dump.substr(0, dump.find('\n') + 1);
    if (!line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict ")) out += line;
    dump.remove_prefix(line.empty() ? dump.size() : line.size());
  }
  return out;
}

} // namespace

const postgres::private_server &server() {
  static const postgres::private_server one;
  return one;
}

test_database::test_database() : name_(fresh_name()) {
  connect_to(server().url()).exec("CREATE DATABASE " + name_ + " TEMPLATE template0");
}

test_database::~test_database() {
  try {
    connect_to(server().url()).exec("DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception &problem) { // the server goes away with its folder anyway
    std::fprintf(stderr, "database %s is left behind: %s\n", name_.c_str(), problem.what());
  }
}

std::string test_database::url() const { return server().url(name_); }

postgres::connection test_database::connect() const { return connect_to(url()); }

std::string test_database::sql(std::string_view statements) const {
  auto session = connect();
  const auto rows = session.exec(statements);
  std::string out;
  for (int row = 0; row < rows.rows(); ++row) {
    if (row > 0) out += '\n';
    for (int column = 0; column < rows.columns(); ++column) {
      if (column > 0) out += '|';
      out += rows.text(row, column);
    }
  }
  return out;
}

void test_database::psql(const std::filesystem::path &file) const {
  run_client({"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url(), "-f", file.string()});
}

std::string test_database::schema_dump() const {
  return without_fence(run_client({"pg_dump", "-s", "--no-owner", "--exclude-schema=davit", "-d", url()}));
}

std::string test_database::whole_dump() const { return without_fence(run_client({"pg_dump", "-d", url()})); }

std::string test_database::dump_without_davit() const {
  return without_fence(run_client({"pg_dump", "--exclude-schema=davit", "-d", url()}));
}

} // namespace davit::test
