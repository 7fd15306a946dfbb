// Secrets come from davit.toml, the environment or a file, and are in nothing but the getter of their own key.
#include "config_of.hpp"
#include "refusal.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace davit::test;
using davit::error_code;
using davit::plugin::json_text;
using davit::plugin::value;

namespace {

const std::vector<davit::plugin::config_key> keys{key("url", DAVIT_TYPE_STR), secret(key("token", DAVIT_TYPE_STR)),
                                                  key("targets[].name", DAVIT_TYPE_STR),
                                                  secret(key("targets[].token", DAVIT_TYPE_STR))};

struct variable {
  explicit variable(const char *text) { ::setenv("DAVIT_TEST_SECRET", text, 1); }
  ~variable() { ::unsetenv("DAVIT_TEST_SECRET"); }
  variable(const variable &) = delete;
  variable &operator=(const variable &) = delete;
};

} // namespace

TEST_CASE("a secret is read from the text, the environment or a file beside davit.toml") {
  const temp_folder folder;
  const variable set("from-environment");
  folder.write("secrets/token", "from-file\n");
  const std::pair<std::string, std::string> sources[] = {
      {"token = 'from-text'\n", "from-text"},
      {"token = { env = 'DAVIT_TEST_SECRET' }\n", "from-environment"},
      {"token = { file = 'secrets/token' }\n", "from-file"}};
  for (const auto &source : sources) {
    const auto &toml = source.first;
    const auto &expected = source.second;
    CAPTURE(toml);
    const auto c = config_of(folder, toml, keys);
    CHECK(c.get("token") == value(expected));
    CHECK(c.secrets() == std::vector<std::string>{expected});
  }
}

TEST_CASE("the whole table, and every table above a secret, is without it") {
  const temp_folder folder;
  const auto c =
      config_of(folder, "url = 'u'\ntoken = 'hidden-1'\n[[targets]]\nname = 'a'\ntoken = 'hidden-2'\n", keys);
  CHECK(c.get("") == value(json_text{R"({"url":"u","targets":[{"name":"a"}]})"}));
  CHECK(c.get("targets") == value(json_text{R"([{"name":"a"}])"}));
  CHECK(c.get("targets.0") == value(json_text{R"({"name":"a"})"}));
  CHECK(c.get("targets.0.token") == value(std::string("hidden-2")));
  CHECK(c.secrets() == std::vector<std::string>{"hidden-1", "hidden-2"});
}

TEST_CASE("a secret that cannot be had is refused at its place, naming where it was looked for") {
  const temp_folder folder;
  ::unsetenv("DAVIT_TEST_SECRET");
  struct row {
    std::string toml, words;
    error_code code;
  };
  const row rows[] = {
      {"token = { env = 'DAVIT_TEST_SECRET' }", "DAVIT_TEST_SECRET", error_code::config_value},
      {"token = { file = 'nothing' }", "nothing", error_code::config_unreadable},
      {"token = { file = '.' }", "cannot be read", error_code::config_unreadable},
      {"token = { vault = 'x' }", "{ env =", error_code::config_value},
      {"token = { env = 'A', file = 'b' }", "{ env =", error_code::config_value},
      {"token = { env = 5 }", "{ env =", error_code::config_value},
      {"token = {}", "{ env =", error_code::config_value},
      {"token = 5", "must be string", error_code::config_value},
      {"token = ['x']", "must be string", error_code::config_value},
  };
  for (const auto &r : rows) {
    CAPTURE(r.toml);
    const auto problem = refusal([&] { config_of(folder, r.toml + "\n", keys); });
    CAPTURE(problem.message);
    CHECK(davit::name_of(problem.code) == davit::name_of(r.code));
    CHECK(has(problem.message, r.words));
    CHECK(problem.where.line == 1);
    CHECK(problem.where.column == 9);
  }
}

TEST_CASE("only secret keys may come from elsewhere") {
  const temp_folder folder;
  const auto problem = refusal([&] { config_of(folder, "url = { env = 'HOME' }\n", keys); });
  CHECK(has(problem.message, "'config.url' is table, it must be string"));
}

TEST_CASE("a secret under a key that is misspelt, or beside one, is not shown with it") {
  const temp_folder folder;
  for (const std::string toml :
       {"tokem = 'hunter2'", "token = { enw = 'hunter2' }", "a = { tokem = 'hunter2', url = 5 }",
        "targets = [ { name = 5, tokem = 'hunter2' } ]"}) {
    CAPTURE(toml);
    const auto problem = refusal([&] { config_of(folder, toml + "\n", keys); });
    CHECK(has(problem.excerpt, "****"));
    CHECK_FALSE(has(problem.message + problem.hint + problem.excerpt, "hunter2"));
  }
}
