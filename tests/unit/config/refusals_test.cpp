#include "project_folder.hpp"

using davit::error_code;

namespace {

struct refusal_row {
  std::string text;
  error_code code;
  std::uint32_t line, column;
  std::string message, hint; // parts of them
};

const std::string plugin = "[[plugins]]\nname = 'p'\npath = 'p.so'\n"; // three lines
const std::string hook = plugin + "[[hooks.startup]]\nplugin = 'p'\nhandler = 'h'\n";

// Every refusal must say what, where and, with a caret, show it.
void check(const project_folder &project, const refusal_row &row) {
  CAPTURE(row.text);
  const auto problem = project.refusal(row.text);
  CAPTURE(problem.message);
  CAPTURE(problem.hint);
  CHECK(davit::name_of(problem.code) == davit::name_of(row.code));
  CHECK(problem.message.find(row.message) != std::string::npos);
  CHECK(problem.hint.find(row.hint) != std::string::npos);
  CHECK(problem.where.file == (project.dir / "davit.toml").string());
  CHECK(problem.where.line == row.line);
  CHECK(problem.where.column == row.column);
  CHECK(problem.excerpt.find('^') - problem.excerpt.find('\n') == row.column);
}

} // namespace

TEST_CASE("a wrong name is refused with the nearest valid one") {
  const project_folder project;
  const auto unknown = error_code::config_unknown;
  const refusal_row rows[] = {
      {"enviroment = 'x'\n", unknown, 1, 1, "unknown key 'enviroment' in davit.toml", "'environment'"},
      {"[databse]\nurl = ''\n", unknown, 1, 2, "unknown key 'databse'", "'database'"},
      {"[[plugin]]\n", unknown, 1, 3, "unknown key 'plugin'", "'plugins'"},
      {"[database]\n  lock_timout = '2s'\n", unknown, 2, 3, "unknown key 'lock_timout' in [database]",
       "'lock_timeout'"},
      {"[database]\nzebra = 1\nurl = 5\nape = 1\n", unknown, 2, 1, "'zebra'", "valid are: url, lock_timeout"},
      {"[migrations]\nfolder = 'x'\n", unknown, 2, 1, "in [migrations]", "dir"},
      {"[ledger]\nschem = 'x'\n", unknown, 2, 1, "in [ledger]", "'schema'"},
      {"[run]\nhint_ower = 'x'\n", unknown, 2, 1, "in [run]", "'hint_owner'"},
      {plugin + "onfailure = 'warn'\n", unknown, 4, 1, "in [[plugins]]", "'on_failure'"},
      {plugin + "[[hooks.pre_excute]]\nplugin = 'p'\n", unknown, 4, 9, "unknown phase 'pre_excute'", "'pre_execute'"},
      {plugin + "hooks = 1", unknown, 4, 1, "unknown key 'hooks' in [[plugins]]", ""},
      {hook + "prio = 1\n", unknown, 7, 1, "in [[hooks.startup]]", "plugin, handler, id, priority"},
      {plugin + "[[hooks.startup]]\nplugin = 'q'\nhandler = 'h'\n", unknown, 5, 10, "unknown plugin 'q'", "'p'"},
      {"[[hooks.startup]]\nplugin = 'q'\nhandler = 'h'\n", unknown, 2, 10, "unknown plugin 'q'", "add a [[plugins]]"},
  };
  for (const auto &row : rows) check(project, row);
}

TEST_CASE("a wrong value is refused at the value") {
  const project_folder project;
  const auto value = error_code::config_value;
  const refusal_row rows[] = {
      {"environment = 5\n", value, 1, 15, "'environment' must be a string, but is an integer", ""},
      {"environment = ''\n", value, 1, 15, "'environment' is empty", ""},
      {"database = 'x'\n", value, 1, 12, "[database] must be a table, but is a string", ""},
      {"[database]\nurl = true\n", value, 2, 7, "'url' must be a string, but is a boolean", ""},
      {"[database]\nurl = \"a\\u0000b\"\n", value, 2, 7, "NUL", "\\u0000"},
      {"[database]\nlock_timeout = '2x'\n", value, 2, 16, "'lock_timeout': '2x' is not a duration", "1m30s"},
      {"[database]\nlock_timeout = '-2s'\n", value, 2, 16, "negative", "1m30s"},
      {"[database]\nlock_timeout = -2\n", value, 2, 16, "negative", ""},
      {"[database]\nlock_timeout = 2\n", value, 2, 16, "has no unit", "\"2s\" or \"2ms\""},
      {"[database]\nlock_timeout = 2.5\n", value, 2, 16, "a duration such as \"2s\", but is a float", ""},
      {"[database]\nlock_timeout = '1000h'\n", value, 2, 16, "out of range", ""},
      {"[database]\nlock_retries = -1\n", value, 2, 16, "out of range: 0 to 4294967295", ""},
      {"[database]\nlock_retries = '5'\n", value, 2, 16, "must be an integer, but is a string", ""},
      {"[migrations]\ndir = ''\n", value, 2, 7, "'dir' is empty", ""},
      {"[ledger]\nschema = ''\n", value, 2, 10, "'schema' is empty", ""},
      {"[ledger]\nschema = 'pg_davit'\n", value, 2, 10, "belongs to PostgreSQL", ""},
      {"[ledger]\nschema = '" + std::string(64, 'x') + "'\n", value, 2, 10, "63 bytes", ""},
      {"[plugins]\nname = 'p'\n", value, 1, 1, "'plugins' must be an array of tables", "[[plugins]]"},
      {"plugins = ['p']\n", value, 1, 11, "'plugins' must be an array of tables", "[[plugins]]"},
      {"[[plugins]]\nname = 'p'\n", value, 1, 1, "[[plugins]] lacks 'path'", "add path"},
      {"[[plugins]]\npath = 'p'\n", value, 1, 1, "[[plugins]] lacks 'name'", "add name"},
      {"[[plugins]]\nname = 'p q'\n", value, 2, 8, "'p q' cannot name a plugin", "letters"},
      {"[[plugins]]\nname = 'pä'\n", value, 2, 8, "cannot name a plugin", ""},
      {plugin + plugin, value, 5, 8, "two plugins named 'p'", "davit.toml:1:1"},
      {plugin + "sha256 = 'abc'\n", value, 4, 10, "64 hexadecimal digits", "sha256sum"},
      {plugin + "sha256 = '" + std::string(63, '0') + "g'\n", value, 4, 10, "64 hexadecimal digits", ""},
      {plugin + "environments = []\n", value, 4, 16, "'environments' is empty", "leave the key out"},
      {plugin + "environments = 'x'\n", value, 4, 16, "must be an array of strings, but is a string", ""},
      {plugin + "environments = ['x', 1]\n", value, 4, 22, "must be a string, but is an integer", ""},
      {plugin + "environments = ['x']\n", value, 1, 1, "is for some environments only", "DAVIT_ENVIRONMENT"},
      {plugin + "grant = ['']\n", value, 4, 10, "'grant' is empty", ""},
      {plugin + "on_failure = 'warning'\n", value, 4, 14, "no value 'warning'", "valid are: abort, warn, ignore"},
      {plugin + "on_failure = 'abrt'\n", value, 4, 14, "no value 'abrt'", "'abort'"},
      {plugin + "on_failure = false\n", value, 4, 14, "must be a string, but is a boolean", ""},
      {plugin + "allow_writable = 'yes'\n", value, 4, 18, "must be true or false, but is a string", ""},
      {plugin + "config = 'x'\n", value, 4, 10, "'config' must be a table", ""},
      {plugin + "[[plugins.config]]\n", value, 4, 1, "'config' must be a table, but is an array", ""},
      {"hooks = 1\n", value, 1, 9, "a hook needs a phase", "[[hooks.PHASE]]"},
      {"[[hooks]]\n", value, 1, 1, "a hook needs a phase", "[[hooks.PHASE]]"},
      {plugin + "[hooks.startup]\nplugin = 'p'\n", value, 4, 1, "must be an array of tables", "[[hooks.startup]]"},
      {plugin + "[[hooks.startup]]\nplugin = 'p'\n", value, 4, 1, "[[hooks.startup]] lacks 'handler'", "add handler"},
      {plugin + "[[hooks.startup]]\nhandler = 'h'\n", value, 4, 1, "[[hooks.startup]] lacks 'plugin'", "add plugin"},
      {hook + "id = ''\n", value, 7, 6, "'id' is empty", ""},
      {hook + "priority = 2147483648\n", value, 7, 12, "out of range: -2147483648 to 2147483647", ""},
      {hook + "deadline = '1m2h'\n", value, 7, 12, "cannot follow", ""},
      {hook + "on_failure = ''\n", value, 7, 14, "no value ''", "abort"},
      {hook + "enabled = 1\n", value, 7, 11, "must be true or false, but is an integer", ""},
      {hook + "args = [1]\n", value, 7, 8, "'args' must be a table, but is an array", ""},
  };
  for (const auto &row : rows) check(project, row);
}

TEST_CASE("broken TOML is refused where it breaks") {
  const project_folder project;
  const auto syntax = error_code::config_syntax;
  const refusal_row rows[] = {
      {"a = 1\na = 2\n", syntax, 2, 5, "cannot redefine", "toml.io"},
      {"[database\n", syntax, 1, 10, "not valid TOML", ""},
      {"a = \n", syntax, 1, 5, "not valid TOML", ""},
      {"a = \"x\n", syntax, 1, 7, "not valid TOML", ""},
      {"[a]\n[a]\n", syntax, 2, 1, "not valid TOML", ""},
      {"ä = 1\n", syntax, 1, 1, "not valid TOML", ""},
  };
  for (const auto &row : rows) check(project, row);
}

TEST_CASE("bytes that are no UTF-8, and nesting without end, are refused") {
  const project_folder project;
  CHECK(project.refusal("a = \"\xff\"\n").code == error_code::config_syntax);
  CHECK(project.refusal("a = " + std::string(100'000, '[')).code == error_code::config_syntax);
}

TEST_CASE("a file that is not there leads to `davit init`") {
  const project_folder project;
  try {
    davit::config::load(project.dir / "davit.toml");
    FAIL("no error");
  } catch (const davit::error &problem) {
    CHECK(problem.code == error_code::config_unreadable);
    CHECK(problem.hint.find("davit init") != std::string::npos);
    CHECK(problem.where.file == (project.dir / "davit.toml").string());
  }
}

TEST_CASE("a folder of that name is no configuration") {
  const project_folder project;
  std::filesystem::create_directory(project.dir / "davit.toml");
  try {
    davit::config::load(project.dir / "davit.toml");
    FAIL("no error");
  } catch (const davit::error &problem) {
    CHECK(problem.code == error_code::config_unreadable);
    CHECK(problem.message.find("directory") != std::string::npos);
    CHECK(problem.hint.empty());
  }
}

TEST_CASE("no refusal tells a password") {
  const project_folder project;
  const std::string rows[] = {
      "database = { url = \"postgresql://ann:s3cret@db/shop\", lock_retrys = 5 }\n",
      "database = \"postgresql://ann:s3cret@db/shop\"\n",
      "[database]\nurl = [\"postgresql://ann:s3cret@db/shop\"]\n",
      "[database]\nurl = \"postgresql://ann:s3cret@db/shop\n",
      "[database]\nurl = postgresql://ann:s3cret@db/shop\n",
      "[database]\nurl = \"postgresql://ann:x\"s3cret@db/shop\"\n",
      "[database]\nurl = \"host=db password=s3cret\\q\"\n",
      "[database]\npassword = \"s3cret\"\n",
      "[database]\npassword = s3cret\n",
      "[database]\nlock_timeout = \"postgresql://ann:s3cret@db/shop\"\n",
      plugin + "on_failure = \"postgresql://ann:s3cret@db/shop\"\n",
      "[[plugins]]\nname = \"postgresql://ann:s3cret@db/shop\"\n",
  };
  for (const auto &text : rows) {
    const auto problem = project.refusal(text);
    for (const auto &said : {problem.message, problem.hint, problem.excerpt}) {
      CAPTURE(said);
      CHECK(said.find("s3cret") == std::string::npos);
    }
  }
}

TEST_CASE("what stands in the place of a plugin's configuration is not shown") {
  const project_folder project;
  CHECK(project.refusal(plugin + "config = 's3cret'\n").excerpt == "config = ****\n         ^");
}
