#include "cli/project_files.hpp"

#include "empty_folder.hpp"

#include <regex>

namespace fs = std::filesystem;
using davit::cli::create_project;

namespace {

davit::error refusal(const fs::path &dir) {
  try {
    create_project(dir);
  } catch (const davit::error &problem) {
    return problem;
  }
  FAIL("created a project in " << dir);
  return {davit::error_code::bug, ""};
}

} // namespace

TEST_CASE("a new project has a valid davit.toml and a folder for migrations") {
  const empty_folder folder;
  ::unsetenv("DAVIT_ENVIRONMENT");
  const auto created = create_project(folder.dir);
  CHECK(created == std::vector<fs::path>{folder.dir / "davit.toml", folder.dir / "migrations"});
  CHECK(folder.entries() == names{"davit.toml", "migrations"});
  const auto s = davit::config::load(folder.dir / "davit.toml");
  CHECK(s.environment == "development");
  CHECK(s.migrations.dir == folder.dir / "migrations");
  CHECK(s.plugins.empty());
  CHECK(s.hooks.empty());
}

TEST_CASE("the examples in the comments are valid once the comment signs are taken away") {
  const empty_folder folder;
  create_project(folder.dir);
  static const std::regex commented("(^|\n)# (\\[\\[|[a-z_]+ = )");
  const auto text = std::regex_replace(folder.read("davit.toml"), commented, "$1$2");
  folder.write("davit.toml", text);
  const auto s = davit::config::load(folder.dir / "davit.toml");
  CHECK(s.database.url == "postgresql://localhost/shop");
  REQUIRE(s.plugins.size() == 1);
  CHECK(s.plugins[0].name == "audit");
  REQUIRE(s.hooks.size() == 1);
  CHECK(s.hooks[0].plugin == "audit");
  // What the comments show as the defaults are the defaults.
  const davit::config::settings defaults;
  CHECK(s.database.lock_timeout == defaults.database.lock_timeout);
  CHECK(s.database.lock_retries == defaults.database.lock_retries);
  CHECK(s.database.statement_timeout == defaults.database.statement_timeout);
  CHECK(s.database.run_lock_timeout == defaults.database.run_lock_timeout);
}

TEST_CASE("the project's folder is created, parents and all") {
  const empty_folder folder;
  CHECK(create_project(folder.dir / "a" / "b").size() == 4);
  CHECK(folder.entries() == names{"a", "a/b", "a/b/davit.toml", "a/b/migrations"});
}

TEST_CASE("an existing davit.toml is neither overwritten nor does anything else appear") {
  const empty_folder folder;
  folder.write("davit.toml", "# mine\n");
  const auto problem = refusal(folder.dir);
  CHECK(problem.code == davit::error_code::io);
  CHECK(problem.message.find((folder.dir / "davit.toml").string()) != std::string::npos);
  CHECK(folder.entries() == names{"davit.toml"});
  CHECK(folder.read("davit.toml") == "# mine\n");
}

TEST_CASE("a dangling link in the place of davit.toml is not written through") {
  const empty_folder folder;
  fs::create_symlink("elsewhere", folder.dir / "davit.toml");
  CHECK(refusal(folder.dir).message.find("exists already") != std::string::npos);
  CHECK_FALSE(fs::exists(folder.dir / "elsewhere"));
}

TEST_CASE("an existing migrations folder is kept as it is") {
  const empty_folder folder;
  folder.write("migrations/1_a.sql", "select 1;\n");
  CHECK(create_project(folder.dir) == std::vector<fs::path>{folder.dir / "davit.toml"});
  CHECK(folder.read("migrations/1_a.sql") == "select 1;\n");
}

TEST_CASE("a file in the place of the migrations folder undoes the rest") {
  const empty_folder folder;
  folder.write("migrations", "a file\n");
  const auto problem = refusal(folder.dir);
  CHECK(problem.code == davit::error_code::io);
  CHECK(problem.where.file == (folder.dir / "migrations").string());
  CHECK(folder.entries() == names{"migrations"});
}

TEST_CASE("a folder that cannot be created is named") {
  const empty_folder folder;
  folder.write("file");
  const auto problem = refusal(folder.dir / "file" / "project");
  CHECK(problem.code == davit::error_code::io);
  CHECK(problem.message.find("file") != std::string::npos);
  CHECK(folder.entries() == names{"file"});
}
