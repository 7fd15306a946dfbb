// A database of its own for a test, on a server that all tests of one executable share.
#pragma once

#include "postgres/connection.hpp"
#include "postgres/private_server.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace davit::test {

// Started at the first call, stopped when the executable ends.
const postgres::private_server &server();

class test_database {
public:
  test_database(); // as empty as template0
  ~test_database();
  test_database(const test_database &) = delete;
  test_database &operator=(const test_database &) = delete;

  const std::string &name() const { return name_; }
  std::string url() const;
  postgres::connection connect() const;

  // Runs one statement or several on a session of their own. The rows of the last one, in the format of
  // `psql -At`: fields separated by '|', rows by a line feed, NULL is nothing. Throws postgres::server_error.
  std::string sql(std::string_view statements) const;

  // Runs a file as `psql -X -v ON_ERROR_STOP=1 -f` does. Throws std::runtime_error with psql's words if it fails.
  void psql(const std::filesystem::path &file) const;

  // `pg_dump -s` without owners and without davit's own schema: equal for equal schemas.
  std::string schema_dump() const;
  // Everything that pg_dump says of it: owners, privileges and data, davit's own schema included.
  std::string whole_dump() const;
  // The same without davit's own schema.
  std::string dump_without_davit() const;

private:
  std::string name_;
};

} // namespace davit::test
