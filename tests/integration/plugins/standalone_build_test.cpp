// plugins/ as somebody else's project: built with an installed SDK, in a folder of its own, without davit's build.
#include "plugin_run.hpp"
#include "support/paths.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

void must_run(std::vector<std::string> argv) {
  std::string line;
  for (const auto &word : argv) line += word + " ";
  const auto result = run({.argv = std::move(argv), .timeout = std::chrono::minutes(4)});
  REQUIRE_MESSAGE(result.exit_code == 0, line, "\n", result.out, result.err);
}

} // namespace

TEST_CASE("the shipped plugins build against an installed SDK, and work") {
  const temp_folder folder;
  const std::string prefix = folder.path() / "prefix", build = folder.path() / "build";
  must_run({DAVIT_TEST_CMAKE, "--install", DAVIT_TEST_BUILD, "--prefix", prefix, "--component", "sdk"});
  must_run({DAVIT_TEST_CMAKE, "-S", (source_root() / "plugins").string(), "-B", build, "-G", DAVIT_TEST_GENERATOR,
            "-Ddavit-sdk_ROOT=" + prefix, "-DCMAKE_CXX_COMPILER=" DAVIT_TEST_CXX,
            "-DCMAKE_CXX_COMPILER_LAUNCHER=" DAVIT_TEST_LAUNCHER,
            "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror"});
  must_run({DAVIT_TEST_CMAKE, "--build", build});

  const std::string libraries = build + "/lib/davit/plugins/libdavit_";
  const project p(toml_head() + "[[plugins]]\nname = \"audit\"\npath = \"" + libraries + "audit_log.so\"\n" +
                  "[[plugins]]\nname = \"checks\"\npath = \"" + libraries + "integrity_check.so\"\n" +
                  R"(config = { checks = [{ name = "filled", sql = "SELECT count(*) FROM copies", expect = 2 }] })" +
                  "\n[[plugins]]\nname = \"models\"\npath = \"" + libraries + "read_model.so\"\n" +
                  R"(config = { models = [{ name = "copies", sql = "INSERT INTO copies SELECT id FROM users" }] })");
  p.migration("1_users.up.sql", "CREATE TABLE users (id int); CREATE TABLE copies (id int);"
                                "INSERT INTO users VALUES (1), (2);");
  up(p, 0);
  CHECK(calls(p) == "after_ddl copies ok 2\nafter_validation filled ok 0\ncleanup record ok 1");
}
