// davit splits a file as psql does. The server is the witness: it logs what psql sends, and what is in two databases is
// compared after psql has run a file on the one and davit's statements were run on the other.
#include "base/file.hpp"
#include "postgres/connection.hpp"
#include "sql/split.hpp"
#include "statement_log.hpp"
#include "support/paths.hpp"
#include "support/program.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using davit::postgres::connection;

const logging_server &witness() {
  static const logging_server one;
  return one;
}

std::vector<fs::path> corpus() {
  std::vector<fs::path> files;
  for (const auto &entry : fs::directory_iterator(davit::test::source_root() / "tests/integration/split/corpus"))
    if (entry.path().extension() == ".sql") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string client(const std::string &name, std::vector<std::string> arguments, const std::string &application) {
  arguments.insert(arguments.begin(), (witness().server().bin_dir() / name).string());
  const auto result =
      davit::test::run({.argv = arguments, .environment = {{"PGAPPNAME", application}, {"PGCLIENTENCODING", "UTF8"}}});
  if (result.exit_code != 0) throw std::runtime_error(name + " failed: " + result.err);
  return result.out;
}

void create_database(const std::string &name) {
  connection({witness().server().url(), "setup"}).exec("CREATE DATABASE " + name + " TEMPLATE template0");
}

// Schema and rows. pg_dump writes a random key for psql into the dump, which is taken out.
std::string contents(const std::string &database) {
  const auto dump = client("pg_dump", {"-d", witness().server().url(database)}, "dump");
  std::string out;
  for (std::size_t at = 0; at < dump.size();) {
    const auto end = dump.find('\n', at) + 1;
    const auto line = dump.substr(at, end - at);
    if (!line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict ")) out += line;
    at = end;
  }
  return out;
}

// The statement as psql sends it: between tokens psql drops empty lines, which davit keeps. Elsewhere both have the
// same bytes, so an empty line that only one of them has is one that psql has dropped.
bool is_what_psql_sends(std::string_view davits, std::string_view psqls) {
  std::size_t sent = 0;
  for (std::size_t i = 0; i < davits.size(); ++i) {
    if (sent < psqls.size() && davits[i] == psqls[sent])
      ++sent;
    else if (davits[i] != '\n' || i == 0 || davits[i - 1] != '\n')
      return false;
  }
  return sent == psqls.size();
}

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

void run_on(const std::string &database, const davit::sql::split_result &split) {
  connection session({witness().server().url(database), "davit"});
  for (const auto &statement : split.statements) {
    try {
      session.exec_statement(statement.text, statement.copy_data);
    } catch (const davit::postgres::server_error &e) { // the corpus has statements that fail, for psql too
      CHECK(session.alive());
      CHECK_FALSE(e.sqlstate.empty());
    }
  }
}

} // namespace

TEST_CASE("the server gets the same statements from psql as davit finds") {
  const auto files = corpus();
  REQUIRE(files.size() > 30);
  std::size_t total = 0;
  for (const auto &file : files) {
    const auto name = file.stem().string();
    CAPTURE(name);
    create_database("psql_" + name);
    client("psql", {"-X", "-q", "-d", witness().server().url("psql_" + name), "-f", file.string()}, "psql " + name);
    const auto sent = witness().statements_of("psql " + name);
    const auto bytes = davit::read_file(file);
    const auto split = davit::sql::split(without_byte_order_mark(bytes));
    CHECK_FALSE(split.first_problem);
    CHECK(split.statements.size() == sent.size());
    for (std::size_t i = 0; i < std::min(sent.size(), split.statements.size()); ++i) {
      const std::string ours(split.statements[i].text);
      CAPTURE(ours);
      CAPTURE(sent[i]);
      CHECK(is_what_psql_sends(ours, sent[i]));
    }
    total += sent.size();

    create_database("davit_" + name);
    run_on("davit_" + name, split);
    CHECK(contents("davit_" + name) == contents("psql_" + name));
  }
  CHECK(total > 300);
}
