// davit init and davit new, as a user's first two commands.
#include "shell.hpp"

#include "support/paths.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

outcome davit_in(const std::filesystem::path &folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), davit_program().string());
  return run({.argv = std::move(arguments),
              .environment = {{"DAVIT_DATABASE_URL", {}}, {"DAVIT_ENVIRONMENT", {}}},
              .cwd = folder});
}

} // namespace

TEST_CASE("init, new and status on a private server work in a row, without a database anywhere") {
  const temp_folder folder;
  CHECK(davit_in(folder.path(), {"init"}).exit_code == 0);
  CHECK(folder.names() == std::vector<std::string>{"davit.toml", "migrations"});
  const auto created = davit_in(folder.path(), {"new", "Add Users!"});
  CHECK(created.exit_code == 0);
  CHECK(has(created.out, "0001_add_users.up.sql"));
  CHECK(has(created.out, "0001_add_users.down.sql"));
  CHECK(davit_in(folder.path(), {"new", "more", "--no-down", "--verify"}).exit_code == 0);
  CHECK(folder.names() == std::vector<std::string>{"davit.toml", "migrations", "migrations/0001_add_users.down.sql",
                                                   "migrations/0001_add_users.up.sql", "migrations/0002_more.up.sql",
                                                   "migrations/0002_more.verify.sql"});
  const auto up = davit_in(folder.path(), {"up", "--ephemeral"});
  CHECK_MESSAGE(up.exit_code == 0, up.err);
  CHECK(has(up.out, "2 of 2 migrations applied"));
}

TEST_CASE("init and new name what they made, as JSON too, and overwrite nothing") {
  const temp_folder folder;
  const json made(davit_in(folder.path(), {"init", "shop", "--json"}).out);
  CHECK(made.text("/command") == "init");
  CHECK(made.size("/created") == 3);
  const auto configuration = folder.read("shop/davit.toml");

  const auto again = davit_in(folder.path(), {"init", "shop", "--json"});
  CHECK(again.exit_code != 0);
  const json refusal(again.out);
  CHECK_FALSE(refusal.boolean("/ok"));
  CHECK(has(refusal.text("/error/message"), "davit.toml"));
  CHECK(folder.read("shop/davit.toml") == configuration);

  const json file(davit_in(folder.path() / "shop", {"new", "a", "--timestamp", "--json"}).out);
  CHECK(file.size("/created") == 2);
  CHECK(std::filesystem::exists(file.text("/created/0")));
}

TEST_CASE("davit.toml is found from a folder below it") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a (x int);");
  p.write("deep/down/here.txt", "");
  auto command = p.command({"up"});
  command.argv = {davit_program().string(), "up"};
  command.cwd = p.folder() / "deep/down";
  const auto result = run(command);
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  CHECK(exists(p, "a"));
}
