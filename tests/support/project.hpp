// A davit project in a folder of its own, and a database to run it on.
#pragma once

#include "support/json.hpp"
#include "support/program.hpp"
#include "support/temp_folder.hpp"
#include "support/test_database.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::test {

using environment = std::map<std::string, std::optional<std::string>>;

class project {
public:
  // `toml` becomes davit.toml; the database's URL comes from the environment.
  explicit project(std::string_view toml = "environment = \"test\"\n");

  const std::filesystem::path &folder() const { return folder_.path(); }
  const test_database &database() const { return database_; }

  // Replaces davit.toml.
  void configure(std::string_view toml) const;
  // Writes any file below the folder; returns its path.
  std::filesystem::path write(const std::filesystem::path &name, std::string_view text) const;
  // Writes migrations/FILE, for example "0001_shop.up.sql".
  std::filesystem::path migration(std::string_view file, std::string_view sql) const;
  // Migration files as they lie in another folder.
  void copy_migrations(const std::filesystem::path &from) const;

  // `davit --config davit.toml ARGUMENTS` on the database, in the project's folder and without any DAVIT_* or PG*
  // variable of the caller.
  outcome davit(std::vector<std::string> arguments, const environment &extra = {}) const;
  // As davit(), with --json; what is on stdout. Throws std::runtime_error if that is not one JSON document.
  json davit_json(std::vector<std::string> arguments, const environment &extra = {}) const;
  // The same command to be started by the caller: running_program(p.command({"up"})).
  program command(std::vector<std::string> arguments, const environment &extra = {}) const;

private:
  temp_folder folder_;
  test_database database_;
};

} // namespace davit::test
