// What a handler is told, and who may ask.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("the run: command, environment, database, user, hints") {
  const project p("environment = \"staging\"\n[run]\nhint = \"h\"\n" +
                  probe(R"t({ phase = "startup", do = "describe", text = "run" },
                            { phase = "success", do = "describe", text = "run" })t"));
  const auto run = davit_run(p, {"up", "--hooks-hint-owner", "kim", "--hooks-hint-token", "t1"}, 0);
  const auto said = run.messages("startup");
  CHECK(said.starts_with("command=up environment=staging database=" + p.database().name() +
                         " host=" + server().folder().string() + " user=postgres hint=h owner=kim token=t1 id="));
  CHECK(has(said, "id=" + run.answer().text("/run")));
  CHECK(run.messages("success") == said);
}

TEST_CASE("the migration: version, name, direction, mode, attempt, checksum and file; none outside of one") {
  const project p(with_probe(at_every_phase("do = \"describe\", text = \"migration\"")));
  const auto file = p.migration("0007_seven_up.up.sql", "CREATE TABLE one (i int);");
  const auto down_file = p.migration("0007_seven_up.down.sql", "DROP TABLE one;");
  const auto run = up(p, 0);
  const auto said = run.messages("post_execute");
  CHECK(said.starts_with("version=0007 name=seven_up direction=up mode=transaction attempt=1 checksum="));
  CHECK(has(said, p.database().sql("SELECT up_checksum FROM davit.migration")));
  CHECK(said.ends_with("file=" + file.string()));
  for (const auto *phase :
       {"pre_execute", "before_validation", "before_ddl", "after_ddl", "after_validation", "cleanup"})
    CHECK(run.messages(phase) == said);
  for (const auto *phase : {"startup", "pre_validate", "validated", "post_complete", "success"})
    CHECK(run.messages(phase) == "none");
  const auto back = down(p, 0).messages("after_ddl");
  CHECK(has(back, "direction=down"));
  CHECK(back.ends_with("file=" + down_file.string()));
}

TEST_CASE("info: what is known now, none for what is not, NOT_FOUND for what davit has never heard of") {
  const auto ask = [](std::string_view phase, std::string_view key) {
    return action("phase = \"" + std::string(phase) + "\", do = \"info\", catch = true",
                  "key = \"" + std::string(key) + "\"");
  };
  std::string actions;
  for (const auto *key : {"run.pending", "run.done", "migration.index", "migration.statements", "run.outcome",
                          "run.connected", "server.version", "args", "nonsense"})
    actions += ask("pre_execute", key) + ask("startup", key) + ask("success", key);
  const project p(with_probe(actions));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int); CREATE TABLE three (i int);");
  const auto run = up(p, 0);
  const std::string version = p.database().sql("SHOW server_version_num");
  const std::string unknown = "NOT_FOUND: this davit has no info key 'nonsense'";
  CHECK(run.messages("startup") == "none; 0; none; none; none; true; " + version + "; {}; " + unknown);
  CHECK(run.messages("pre_execute") == "2; 0; 1; 1; none; true; " + version + "; {}; " + unknown +
                                           " | 2; 1; 2; 2; none; true; " + version + "; {}; " + unknown);
  CHECK(run.messages("success").starts_with("2; 2; "));
  CHECK(has(run.messages("success"), "; applied; true; "));
}

TEST_CASE("info: elapsed times are never negative, and server.pid is the migration's session") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "info", key = "run.elapsed_ms" },
    { phase = "after_validation", do = "info", key = "migration.elapsed_ms" },
    { phase = "cleanup", do = "info", key = "server.pid" },
    { phase = "cleanup", do = "sql", sql = "SELECT pg_backend_pid()" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT pg_sleep(0.02);");
  const auto run = up(p, 0);
  CHECK(std::stol(run.messages("after_ddl")) >= 20);
  CHECK(std::stol(run.messages("after_validation")) >= 20);
  const auto pids = run.messages("cleanup");
  CHECK(pids.substr(0, pids.find("; ")) == pids.substr(pids.find("; ") + 2));
}

TEST_CASE("a call from another thread is refused by every function") {
  const project p(with_probe(R"t({ phase = "before_ddl", do = "thread" }, { phase = "pre_execute", do = "thread" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  const std::string refused = "THREAD THREAD THREAD THREAD THREAD THREAD THREAD THREAD and nothing to see";
  CHECK(run.messages("before_ddl") == refused);
  CHECK(run.messages("pre_execute") == refused);
  for (const auto *phase : {"before_ddl", "pre_execute"}) {
    const std::string says = "plugin 'probe', handler '" + std::string(phase) + "' at " + phase +
                             ": it has called davit on another thread than its own; such calls do nothing";
    CHECK(count(run.answer().dump("/warnings"), says) == 1); // of eight calls
    CHECK(count(run.err(), "warning: " + says) == 1);
  }
}

TEST_CASE(
    "the context of a handler that has returned is refused by every function, in the next handler and run phase") {
  const project p(with_probe(R"t({ phase = "startup", do = "report" }, { phase = "before_ddl", do = "stale" },
                                { phase = "success", do = "stale" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  const std::string refused = "STALE STALE STALE STALE STALE STALE STALE STALE and nothing to see";
  CHECK(run.messages("before_ddl") == refused);
  CHECK(run.messages("success") == refused);
  const auto warnings = run.answer().dump("/warnings");
  const std::string says = ": its davit_ctx was used after it had returned; such calls do nothing";
  CHECK(count(warnings, says) == 2);
  for (const std::string whose : {"startup", "before_ddl"}) // it had been
    CHECK(has(warnings, "plugin 'probe', handler '" + whose + "' at " + whose + says));
}

TEST_CASE("the C++ wrapper says why a call from another thread, or after the handler's return, is refused") {
  const project p(with_probe(R"t({ phase = "before_validation", do = "report" },
                                { phase = "before_ddl", do = "wrapper_on_other_thread" },
                                { phase = "after_ddl", do = "wrapper_of_stale" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  const std::string thread = ": called on another thread than the handler's; do it on the thread that davit called; ";
  CHECK(run.messages("before_ddl") ==
        "THREAD query failed" + thread + "THREAD query failed" + thread + "THREAD set_stat failed" + thread +
            "STALE the handler of this context has returned, or runs on another thread; ");
  const std::string stale = ": the handler of this context has returned; ";
  CHECK(run.messages("after_ddl") == "STALE query failed" + stale + "STALE query failed" + stale +
                                         "STALE set_stat failed" + stale +
                                         "STALE the handler of this context has returned, or runs on another thread; ");
}
