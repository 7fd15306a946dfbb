#include "shell.hpp"

#include "support/paths.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE(
    "plugin list tells what is loaded, from where, with which rights, bound to which phases, without a database") {
  const project p(
      "environment = \"test\"\n" +
      shipped_plugin("integrity_check", "config = { checks = [{ name = \"one\", sql = \"SELECT 1\", expect = 1 }] }") +
      shipped_plugin("audit_log", "environments = [\"production\"]\n"));
  const environment no_database{{"DAVIT_DATABASE_URL", "host=/nowhere"}};
  const auto text = run_davit(p, {"plugin", "list"}, 0, no_database);
  for (const auto words : {"integrity_check  ", "may use: db.read", "handler one at: after_validation",
                           "audit_log  not loaded: only for environment production"})
    CHECK_MESSAGE(has(text.out, words), text.out);
  CHECK(text.err.empty());

  const auto object = run_json(p, {"plugin", "list"}, 0, no_database);
  CHECK(object.text("/command") == "plugin list");
  REQUIRE(object.size("/plugins") == 1);
  CHECK(object.text("/plugins/0/name") == "integrity_check");
  CHECK(object.text("/plugins/0/file").ends_with("/libdavit_integrity_check.so"));
  CHECK(object.text("/plugins/0/sha256").size() == 64);
  CHECK(object.text("/plugins/0/handlers/0/phases/0") == "after_validation");
  CHECK(object.text("/not_loaded/0/name") == "audit_log");

  const auto production = run_json(p, {"plugin", "list", "-e", "production"}, 0, no_database);
  CHECK(production.size("/plugins") == 2);
  p.configure("");
  CHECK(has(run_davit(p, {"plugin", "list"}).out, "no plugins"));
}

TEST_CASE("plugin inspect reads a library that no davit.toml names") {
  const project p;
  const auto file = (test_plugin_dir() / "libc_row_guard.so").string();
  const auto text = run_davit(p, {"plugin", "inspect", file});
  for (const auto &words : {std::string("org.davit.test.c 1.0.0"), std::string("capabilities: db.read"),
                            std::string("max_rows"), std::string("default 1000000"), std::string("libc.so.6")})
    CHECK_MESSAGE(has(text.out, words), words);
  const auto object = run_json(p, {"plugin", "inspect", file});
  CHECK(object.text("/id") == "org.davit.test.c");
  CHECK(object.text("/abi") == "1.0");
  CHECK(object.text("/config/0/key") == "max_rows");
  CHECK(object.text("/config/0/type") == "integer");
  CHECK(object.integer("/config/0/default") == 1000000);
  CHECK_FALSE(object.boolean("/config/0/secret"));

  const auto wrong = p.write("davit.txt", "not a library, but long enough to hold a header: not a library at all");
  const auto refused = run_json(p, {"plugin", "inspect", wrong.string()}, 4);
  CHECK(refused.text("/error/code") == "plugin_file");
  CHECK(has(refused.text("/error/message"), wrong.string()));
  CHECK(has(run_davit(p, {"plugin", "inspect", "nowhere/lib.so"}, 4).err, "nowhere/lib.so"));
}

TEST_CASE("a library that is named without a slash and not found is refused with every place tried") {
  const project p("[[plugins]]\nname = \"x\"\npath = \"libnothing.so\"\n");
  const auto refused = run_json(p, {"up"}, 4, {{"DAVIT_PLUGIN_PATH", "/one:/two"}});
  const auto message = refused.text("/error/message");
  CHECK(has(message, "/one/libnothing.so"));
  CHECK(has(message, "/two/libnothing.so"));
  CHECK(has(message, "lib/davit/plugins/libnothing.so"));
  CHECK(refused.text("/error/file").ends_with("davit.toml"));
  CHECK(refused.integer("/error/line") == 1);
}
