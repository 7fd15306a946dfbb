#include "project_folder.hpp"

namespace fs = std::filesystem;

TEST_CASE("davit.toml is found in the folder itself") {
  const project_folder project;
  const auto file = project.write("");
  CHECK(davit::config::find(project.dir) == file);
}

TEST_CASE("the nearest folder above counts") {
  const project_folder project;
  project.write("");
  const auto inner = project.dir / "services" / "shop";
  fs::create_directories(inner / "migrations");
  CHECK(davit::config::find(inner / "migrations") == project.dir / "davit.toml");
  const auto nearer = project.write("", "services/shop/davit.toml");
  CHECK(davit::config::find(inner / "migrations") == nearer);
}

TEST_CASE("a relative start is taken from the working folder") {
  const project_folder project;
  const auto file = project.write("");
  fs::create_directory(project.dir / "sub");
  const auto before = fs::current_path();
  fs::current_path(project.dir / "sub");
  const auto found = davit::config::find(".");
  const auto from_above = davit::config::find("..");
  fs::current_path(before);
  CHECK(found == file);
  CHECK(from_above == file);
}

TEST_CASE("nothing is found where there is none") {
  const project_folder project; // nothing above the temporary folder is a davit project
  CHECK(davit::config::find(project.dir).empty());
}

TEST_CASE("a file that cannot be looked at is an error, not a reason to look further up") {
  const project_folder project;
  const auto file = project.dir / "davit.toml";
  fs::create_symlink("davit.toml", file); // points at itself; permissions would not stop a test that runs as root
  try {
    davit::config::find(project.dir);
    FAIL("no error");
  } catch (const davit::error &problem) {
    CHECK(problem.code == davit::error_code::config_unreadable);
    CHECK(problem.where.file == file.string());
  }
}
