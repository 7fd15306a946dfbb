#include "project_folder.hpp"

using namespace davit::config;
using namespace std::chrono_literals;

TEST_CASE("an empty file means the defaults") {
  const project_folder project;
  const auto s = project.load("");
  CHECK(s.file == project.dir / "davit.toml");
  CHECK(s.environment.empty());
  CHECK(s.database.url.empty());
  CHECK(s.database.lock_timeout == 2s);
  CHECK(s.database.lock_retries == 5);
  CHECK(s.database.statement_timeout == 0s);
  CHECK(s.database.run_lock_timeout == 60s);
  CHECK(s.migrations.dir == project.dir / "migrations");
  CHECK(s.ledger.schema == "davit");
  CHECK(s.plugins.empty());
  CHECK(s.hooks.empty());
}

TEST_CASE("every key of the fixed sections is read") {
  const project_folder project;
  const auto s = project.load(R"(
environment = "production"
[database]
url = "postgresql://ann:pw@db/shop"
lock_timeout = "500ms"
lock_retries = 0
statement_timeout = "1m30s"
run_lock_timeout = 0
[migrations]
dir = "db/../sql/"
[ledger]
schema = "ops"
[run]
hint = "nightly"
hint_owner = "ann"
hint_token = "t-1"
deadline = "30m"
grace = "250ms"
)");
  CHECK(s.environment == "production");
  CHECK(s.database.url == "postgresql://ann:pw@db/shop");
  CHECK(s.database.lock_timeout == 500ms);
  CHECK(s.database.lock_retries == 0);
  CHECK(s.database.statement_timeout == 90s);
  CHECK(s.database.run_lock_timeout == 0s);
  CHECK(s.migrations.dir == project.dir / "sql");
  CHECK(s.migrations.where.line == 10);
  CHECK(s.ledger.schema == "ops");
  CHECK(s.run.hint == "nightly");
  CHECK(s.run.hint_owner == "ann");
  CHECK(s.run.hint_token == "t-1");
  CHECK(s.run.deadline == 30min);
  CHECK(s.run.grace == 250ms);
}

TEST_CASE("every key of a plugin is read, and its config keeps places") {
  const project_folder project;
  const auto digits = std::string(32, 'A') + std::string(32, '7');
  const auto s = project.load(R"(environment = "staging"
[[plugins]]
name = "audit-1.x"
path = "plugins/libaudit.so"
sha256 = ")" + digits + R"("
environments = ["production", "staging"]
grant = ["db.read", "db.write"]
deadline = "10s"
on_failure = "warn"
allow_writable = true
[plugins.config]
table = "audit"
[plugins.config.limits]
rows = 5
[[plugins]]
path = "b.so"
name = "b"
grant = []
)");
  REQUIRE(s.plugins.size() == 2);
  const auto &audit = s.plugins[0];
  CHECK(audit.name == "audit-1.x");
  CHECK(audit.path == "plugins/libaudit.so");
  CHECK(audit.sha256 == std::string(32, 'a') + std::string(32, '7'));
  CHECK(audit.environments == std::vector<std::string>{"production", "staging"});
  CHECK(audit.grant == std::vector<std::string>{"db.read", "db.write"});
  CHECK(audit.deadline == 10s);
  CHECK(audit.on_failure == failure_policy::warn);
  CHECK(audit.allow_writable);
  CHECK(audit.where.line == 2);
  CHECK(to_json(audit.config) == R"({"table":"audit","limits":{"rows":5}})");
  CHECK(audit.config.find("limits")->find("rows")->where.line == 14);
  const auto &b = s.plugins[1];
  CHECK(b.where.line == 15);
  REQUIRE(b.grant);
  CHECK(b.grant->empty()); // granted nothing, unlike a plugin without the key
  CHECK(b.environments.empty());
  CHECK(b.deadline == 0s);
  CHECK(b.on_failure == failure_policy::abort);
  CHECK_FALSE(b.allow_writable);
  CHECK(b.config.absent());
}

TEST_CASE("hooks come in the order of the file, phases mixed, before or after their plugin") {
  const project_folder project;
  const auto s = project.load(R"([[hooks.startup]]
plugin = "p"
handler = "one"
[[plugins]]
name = "p"
path = "p.so"
[[hooks.before_ddl]]
plugin = "p"
handler = "two"
id = "second"
priority = -5
deadline = "1h"
on_failure = "ignore"
enabled = false
args = { max = 3 }
[[hooks.startup]]
plugin = "p"
handler = "three"
)");
  REQUIRE(s.hooks.size() == 3);
  CHECK(s.hooks[0].handler == "one");
  CHECK(s.hooks[2].handler == "three");
  CHECK(s.hooks[2].phase == "startup");
  const auto &two = s.hooks[1];
  CHECK(two.phase == "before_ddl");
  CHECK(two.plugin == "p");
  CHECK(two.handler == "two");
  CHECK(two.id == "second");
  CHECK(two.priority == -5);
  CHECK(two.deadline == 1h);
  CHECK(two.on_failure == failure_policy::ignore);
  CHECK_FALSE(two.enabled);
  CHECK(to_json(two.args) == R"({"max":3})");
  CHECK(two.where.line == 7);
  CHECK(two.plugin_where.line == 8);
  CHECK(two.handler_where.line == 9);
  const auto &one = s.hooks[0];
  CHECK(one.id.empty());
  CHECK_FALSE(one.priority);
  CHECK_FALSE(one.deadline);
  CHECK_FALSE(one.on_failure);
  CHECK(one.enabled);
  CHECK(one.args.absent());
}

TEST_CASE("every phase of the table can be hooked") {
  const project_folder project;
  std::string text = "[[plugins]]\nname = 'p'\npath = 'p.so'\n";
  std::size_t phases = 0;
#define DAVIT_PHASE(name, origin, connection, failure, answers, fires, on_failure)                                     \
  text += "[[hooks." #name "]]\nplugin = 'p'\nhandler = 'h'\n";                                                        \
  ++phases;
#include "davit/phases.def"
  CHECK(phases >= 16);
  CHECK(project.load(text).hooks.size() == phases);
}

TEST_CASE("the environment takes precedence over the file, unless it is empty") {
  const project_folder project;
  const std::string text = "environment = 'production'\n[database]\nurl = 'postgresql://db/shop'\n";
  ::setenv("DAVIT_DATABASE_URL", "", 1);
  ::setenv("DAVIT_ENVIRONMENT", "", 1);
  CHECK(project.load(text).environment == "production");
  CHECK(project.load(text).database.url == "postgresql://db/shop");
  ::setenv("DAVIT_DATABASE_URL", "postgresql://other/shop", 1);
  ::setenv("DAVIT_ENVIRONMENT", "staging", 1);
  CHECK(project.load(text).environment == "staging");
  CHECK(project.load(text).database.url == "postgresql://other/shop");
  const auto s = defaults(project.dir);
  CHECK(s.file.empty());
  CHECK(s.environment == "staging");
  CHECK(s.database.url == "postgresql://other/shop");
  CHECK(s.migrations.dir == project.dir / "migrations");
}

TEST_CASE("an environment given from outside is enough for a plugin that is limited to some") {
  const project_folder project;
  ::setenv("DAVIT_ENVIRONMENT", "production", 1);
  const auto s = project.load("[[plugins]]\nname = 'p'\npath = 'p.so'\nenvironments = ['production']\n");
  CHECK(s.plugins.size() == 1);
}

TEST_CASE("an absolute migrations folder stays as it is") {
  const project_folder project;
  CHECK(project.load("[migrations]\ndir = '/srv/sql'\n").migrations.dir == "/srv/sql");
  CHECK(project.load("[migrations]\ndir = '.'\n").migrations.dir == project.dir);
}

TEST_CASE("the names of the policies") {
  CHECK(name_of(failure_policy::abort) == "abort");
  CHECK(name_of(failure_policy::warn) == "warn");
  CHECK(name_of(failure_policy::ignore) == "ignore");
}
