// What is committed is news to every handler after COMMIT, whatever becomes of one of them: it is called, or it is said
// that it was not.
#include "probe_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

namespace {

// At `phase` a handler of one plugin that does `what`, and behind it one of another plugin.
std::string two_at(const std::string &phase, const std::string &what, const std::string &behind = "report") {
  const std::string at = "phase = \"" + phase + "\"";
  return std::string(head) + probe(action(at + ", handler = \"guard\"", what), "", "first") +
         probe(action(at + ", handler = \"tell\"", "do = \"" + behind + "\", text = \"so I was told\""), "", "second");
}

struct shop : project {
  explicit shop(const std::string &toml = std::string(head)) : project(toml) {
    migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    migration("0001_one.down.sql", "DROP TABLE one;");
    migration("0002_two.up.sql", "CREATE TABLE two (i int);");
    migration("0002_two.down.sql", "DROP TABLE two;");
  }
  std::string owed() const {
    return database().sql("SELECT string_agg(version, ' ' ORDER BY version) FROM davit.run_migration WHERE owes_hooks");
  }
};

const std::string failing = R"t(do = "fail", text = "not today")t";
const std::string losing = R"t(do = "sql", sql = "SELECT pg_terminate_backend(pg_backend_pid(), 20000)")t";
const std::string not_called = "not called at post_execute of 0001_one, and not by a later run either: second.tell";

} // namespace

TEST_CASE("a failing handler after COMMIT does not keep the other plugins from being told, and stops the run") {
  const struct {
    std::string command, phase;
  } rows[] = {{"up", "post_execute"}, {"down", "post_rollback"}, {"up", "post_complete"}};
  for (const auto &row : rows) {
    CAPTURE(row.phase);
    const shop p;
    if (row.command == "down") up(p, 0);
    p.configure(two_at(row.phase, failing));
    const auto run = davit_run(p, {row.command}, 1);
    CHECK(run.calls() == "first.guard second.tell");
    CHECK(run.outcomes(row.phase) == "failed ok");
    CHECK(run.answer().text("/error/plugin") == "first");
    CHECK(run.answer().text("/error/message") == "not today");
    CHECK_FALSE(run.answer().has("/error/detail"));
    CHECK_FALSE(has(run.err(), "not called"));
    CHECK(p.database().sql("SELECT string_agg(plugin || ' ' || outcome, ', ' ORDER BY ordinal) FROM davit.hook_call") ==
          "first failed, second ok");
    CHECK(p.owed() == "");
    CHECK(exists(p, "two") == (row.phase == "post_complete"));
  }
}

TEST_CASE("dry run: a failing handler after what would be COMMIT does not keep the others from being told either") {
  for (const std::string phase : {"post_execute", "post_complete"}) {
    CAPTURE(phase);
    const shop p(two_at(phase, failing));
    const auto run = davit_run(p, {"up", "--dry-run"}, 1);
    CHECK(run.calls() == "first.guard second.tell");
    CHECK(run.answer().text("/error/plugin") == "first");
  }
}

TEST_CASE("where several handlers after COMMIT fail, the error is the first one's, and names the others") {
  const shop p(two_at("post_execute", failing, "fail"));
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/message") == "not today");
  CHECK(run.answer().text("/error/detail") == "plugin 'second', handler 'tell' at post_execute failed: so I was told");
}

TEST_CASE("who is not called after COMMIT because the session was lost is named, and still owed") {
  const shop p(two_at("post_execute", losing));
  const auto run = up(p, 1);
  CHECK(run.calls() == "first.guard");
  CHECK(has(run.err(), not_called));
  CHECK(p.owed() == "0001");
  CHECK(p.davit_json({"status"}).text("/unfinished_runs/0/owed/0") == "0001_one");
  p.configure(head);
  CHECK(has(up(p, 0).err(), "0001_one is committed, but its handlers after COMMIT are not known to have run"));
}

TEST_CASE("so is who is not called at post_complete, where nothing is owed") {
  const shop p(two_at("post_complete", losing));
  const auto run = up(p, 1);
  CHECK(run.calls() == "first.guard");
  CHECK(has(run.err(), "not called at post_complete, and not by a later run either: second.tell"));
  CHECK(p.owed() == "");
}

TEST_CASE("a session that was lost in the last handler after COMMIT leaves nobody out") {
  const shop p(with_probe(action(R"t(phase = "post_execute")t", losing)));
  CHECK_FALSE(has(up(p, 1).err(), "not called"));
  CHECK(p.owed() == "");
}

TEST_CASE("who is not called after COMMIT because of a signal is named, and what failed before it is not forgotten") {
  const std::string at = R"t(phase = "post_execute")t";
  const shop p(
      two_at("post_execute", failing) +
      probe(action(at, R"t(do = "log", text = "waiting now")t") + action(at, R"t(do = "wait")t"), "", "third") +
      probe(action(at + R"t(, handler = "last")t", R"t(do = "report")t"), "", "fourth"));
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("waiting now");
  davit.send(SIGTERM);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 143);
  CHECK(run.calls() == "first.guard second.tell third.post_execute");
  CHECK(has(run.err(), "not called at post_execute of 0001_one, and not by a later run either: fourth.last"));
  CHECK(run.answer().text("/error/detail") == "plugin 'first', handler 'guard' at post_execute failed: not today");
  CHECK(p.owed() == "0001");
}

TEST_CASE("a signal that the last handler after COMMIT outlives leaves nothing owed") {
  const std::string at = R"t(phase = "post_execute")t";
  const shop p(with_probe(action(at, R"t(do = "log", text = "waiting now")t") + action(at, R"t(do = "wait")t")));
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("waiting now");
  davit.send(SIGTERM);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 143);
  CHECK(run.outcomes("post_execute") == "ok");
  CHECK(p.owed() == "");
}

TEST_CASE("who is not called after COMMIT behind a handler that does not return is named, and still owed") {
  const shop p("environment = \"test\"\n[run]\ngrace = \"200ms\"\n" +
               probe(action(R"t(phase = "post_execute")t", R"t(do = "hang")t"), "deadline = \"100ms\"\n", "first") +
               probe(action(R"t(phase = "post_execute", handler = "tell")t", R"t(do = "report")t"), "", "second"));
  const auto run = up(p, 124);
  CHECK(has(run.err(), not_called));
  CHECK(p.owed() == "0001");
}

TEST_CASE("what one handler after COMMIT has failed of is told beside the next one, which does not return") {
  const shop p("environment = \"test\"\n[run]\ngrace = \"200ms\"\n" +
               probe(action(R"t(phase = "post_execute")t", failing), "", "first") +
               probe(action(R"t(phase = "post_execute")t", R"t(do = "hang")t"), "deadline = \"100ms\"\n", "second"));
  const auto run = up(p, 124);
  CHECK(run.answer().text("/error/plugin") == "second");
  CHECK(has(run.answer().text("/error/detail"), "plugin 'first', handler"));
  CHECK(has(run.answer().text("/error/detail"), "at post_execute failed: not today"));
}
