// Versions are digits of any length, compared as numbers.
#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("versions of any width are applied in the order of their numbers") {
  const project p;
  const std::string forty = "9" + std::string(39, '0');
  const std::vector<std::string> ascending{"0",  "1", "2", "007", "10", "0100", "20240131123456", "20240131123457",
                                           forty};
  p.database().sql("CREATE TABLE seen (n int GENERATED ALWAYS AS IDENTITY, v text)");
  for (const auto &v : ascending) p.migration(v + "_step.up.sql", "INSERT INTO seen (v) VALUES ('" + v + "');");
  for (const auto &v : ascending) p.migration(v + "_step.down.sql", "INSERT INTO seen (v) VALUES ('-" + v + "');");
  run_davit(p, {"up"});
  std::string expected;
  for (const auto &v : ascending) expected += (expected.empty() ? "" : ",") + v;
  CHECK(p.database().sql("SELECT string_agg(v, ',' ORDER BY n) FROM seen") == expected);

  const auto status = run_json(p, {"status"});
  for (std::size_t i = 0; i < ascending.size(); ++i)
    CHECK(status.text("/migrations/" + std::to_string(i) + "/version") == ascending[i]);
  run_davit(p, {"down", "--to", "100"});
  CHECK(p.database().sql("SELECT string_agg(v, ',' ORDER BY n) FROM seen WHERE v LIKE '-%'") ==
        "-" + forty + ",-20240131123457,-20240131123456");
}

TEST_CASE("7 and 007 are one version: in the folder a conflict, in the ledger the same migration") {
  const project p;
  p.migration("7_a.up.sql", "CREATE TABLE a ();");
  p.migration("007_a.up.sql", "CREATE TABLE b ();");
  const auto refused = run_davit(p, {"up"}, 3);
  CHECK(has(refused.err, "7_a.up.sql"));
  CHECK(has(refused.err, "007_a.up.sql"));

  const project renamed;
  renamed.migration("7_a.up.sql", "CREATE TABLE a ();");
  run_davit(renamed, {"up"});
  std::filesystem::rename(renamed.folder() / "migrations/7_a.up.sql", renamed.folder() / "migrations/007_a.up.sql");
  CHECK(has(run_davit(renamed, {"up"}).out, "nothing to do"));
  renamed.migration("8_b.up.sql", "CREATE TABLE b ();");
  run_davit(renamed, {"up", "--to", "0008"});
  CHECK(ledger(renamed) == "7 applied,8 applied");
}

TEST_CASE("up and down are paired by version, not by title") {
  const project p;
  p.migration("1_create_users.up.sql", "CREATE TABLE users ();");
  p.migration("01_drop_users.down.sql", "DROP TABLE users;");
  run_davit(p, {"up"});
  run_davit(p, {"down"});
  CHECK_FALSE(exists(p, "users"));
}
