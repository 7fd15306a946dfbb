#include "dump.hpp"

#include "support/program.hpp"

#include <sstream>
#include <stdexcept>

namespace davit::test {

std::string whole_dump(const test_database &database) {
  const auto pg_dump = (server().bin_dir() / "pg_dump").string();
  const auto result = run({.argv = {pg_dump, "--exclude-schema=davit", "-d", database.url()}});
  if (result.exit_code != 0) throw std::runtime_error("pg_dump failed\n" + result.err);
  // Newer ones fence their output with a token that is another one each time.
  std::string out;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict ")) out += line + "\n";
  return out;
}

} // namespace davit::test
