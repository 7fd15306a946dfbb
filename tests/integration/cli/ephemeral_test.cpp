// url = "ephemeral:" and --ephemeral: a private server for one command.
#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a run on a private server leaves nothing behind, neither in the database of the URL nor on the disk") {
  const temp_folder scratch;
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a (x int);");
  p.migration("1_a.verify.sql", "SELECT count(*) = 0 FROM a;");
  const environment here{{"TMPDIR", scratch.path().string()}};
  // The server's own user has to reach its folder.
  std::filesystem::permissions(scratch.path(), std::filesystem::perms(0755));

  const auto object = run_json(p, {"up", "--ephemeral"}, 0, here);
  CHECK(object.text("/outcome") == "applied");
  CHECK_FALSE(exists(p, "a"));
  CHECK_FALSE(exists(p, "davit.run"));
  CHECK(scratch.names().empty());

  p.configure("[database]\nurl = \"ephemeral:\"\n");
  const auto status =
      run_json(p, {"status", "--exit-code"}, 8, {{"DAVIT_DATABASE_URL", {}}, {"TMPDIR", here.at("TMPDIR")}});
  CHECK(status.integer("/pending") == 1);
  CHECK(scratch.names().empty());
}
