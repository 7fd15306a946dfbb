// `davit up` on a project of trivial migrations, and one psql process that does the same statements from a file.
#pragma once

#include "bench/database.hpp"
#include "bench/project.hpp"

#include <string_view>

namespace davit::bench {

class up_against_psql {
public:
  using way = std::function<std::string(const std::string &database)>; // the URL that leads there

  // The project's davit.toml is `toml`.
  up_against_psql(const setting &s, std::size_t migrations, std::string_view toml, way to = directly);

  // Each on a fresh copy of a database that has the ledger's tables and nothing else.
  cost psql() const;
  cost davit() const;

private:
  static std::string directly(const std::string &database) { return server().url(database); }

  const setting &setting_;
  way to_;
  project project_;
  prepared_database database_;
  std::filesystem::path file_; // psql's
};

} // namespace davit::bench
