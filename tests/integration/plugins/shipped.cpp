#include "shipped.hpp"

namespace davit::test {

std::string shipped(std::string_view name, std::string_view library) {
  return "\n[[plugins]]\nname = \"" + std::string(name) + "\"\npath = \"libdavit_" + std::string(library) + ".so\"\n";
}

std::string only(std::string_view library, std::string_view rest) {
  return toml_head() + shipped("it", library) + std::string(rest) + "\n";
}

void create_users(const project &p, int count) {
  p.database().sql("CREATE TABLE users (id int PRIMARY KEY, email text);"
                   "INSERT INTO users SELECT n, 'user' || n || '@example.org' FROM generate_series(1, " +
                   std::to_string(count) + ") AS n");
}

} // namespace davit::test
