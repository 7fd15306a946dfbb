// How davit.toml binds handlers: overrides, arguments, instances, environments.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string hook(std::string_view phase, std::string_view rest) {
  return "\n[[hooks." + std::string(phase) + "]]\nplugin = \"probe\"\n" + std::string(rest);
}

constexpr std::string_view self_bound =
    R"t({ phase = "before_ddl", handler = "h", do = "describe", text = "binding" })t";

struct shop : project {
  explicit shop(const std::string &toml) : project(toml) { migration("0001_one.up.sql", "CREATE TABLE one (i int);"); }
};

} // namespace

TEST_CASE("a self-binding has the defaults of its [[plugins]] entry") {
  const shop p(with_probe(self_bound, "deadline = \"5s\"\non_failure = \"warn\""));
  CHECK(up(p, 0).messages("before_ddl") == "id=probe.h instance=probe handler=h phase=before_ddl priority=0 "
                                           "deadline_ms=5000 on_failure=warn args={}");
}

TEST_CASE(
    "[[hooks.PHASE]] overrides a self-binding: id, priority, deadline, on_failure and args, without a second call") {
  const shop p(with_probe(self_bound, "deadline = \"5s\"") +
               hook("before_ddl", "handler = \"h\"\nid = \"mine\"\npriority = -3\ndeadline = \"7s\"\n"
                                  "on_failure = \"ignore\"\nargs = { limit = 5, who = \"kim\" }\n"));
  CHECK(up(p, 0).messages("before_ddl") ==
        "id=mine instance=probe handler=h phase=before_ddl priority=-3 deadline_ms=7000 on_failure=ignore "
        "args={\"limit\":5,\"who\":\"kim\"}");
}

TEST_CASE("enabled = false takes a self-binding away") {
  const shop p(with_probe(self_bound) + hook("before_ddl", "handler = \"h\"\nenabled = false\n"));
  CHECK(up(p, 0).phases() == "");
}

TEST_CASE("a handler that is only offered runs where davit.toml binds it, each time with its own arguments") {
  const std::string offered =
      R"t({ handler = "h", do = "info", key = "args.n" }, { handler = "h", do = "info", key = "args.deep.list" },
                                  { handler = "h", do = "info", key = "args.none" })t";
  const shop p(with_probe(offered) + hook("before_ddl", "handler = \"h\"\nargs = { n = 1 }\n") +
               hook("before_ddl", "handler = \"h\"\nargs = { n = 2.5, deep = { list = [1, 2] } }\n") +
               hook("success", "handler = \"h\"\nargs = { n = true }\n"));
  const auto run = up(p, 0);
  CHECK(run.messages("before_ddl") == "1; none; none | 2.5; [1,2]; none");
  CHECK(run.messages("success") == "true; none; none");
}

TEST_CASE("an override of on_failure and deadline is what counts at run time") {
  const std::string waits = R"t({ phase = "before_ddl", handler = "h", do = "wait" })t";
  const shop p(with_probe(waits, "deadline = \"1h\"") +
               hook("before_ddl", "handler = \"h\"\ndeadline = \"20ms\"\non_failure = \"ignore\"\n"));
  CHECK(up(p, 0).outcomes("before_ddl") == "deadline");
}

TEST_CASE("one library can be loaded twice, each instance with its own configuration, name and state") {
  const shop p(std::string(head) +
               probe(R"t({ phase = "before_ddl", do = "describe", text = "binding" },
                         { phase = "before_ddl", do = "stale", catch = true })t",
                     "on_failure = \"warn\"", "first") +
               probe(R"t({ phase = "before_ddl", do = "report", text = "I am another" })t", "", "second"));
  const auto run = up(p, 0);
  CHECK(run.calls() == "first.before_ddl second.before_ddl");
  CHECK(has(run.messages("before_ddl"), "id=first.before_ddl instance=first"));
  CHECK(has(run.messages("before_ddl"), "no handler of this instance has returned yet"));
  CHECK(has(run.messages("before_ddl"), " | I am another"));
}

TEST_CASE("a plugin for other environments is not loaded, and its [[hooks]] are passed over") {
  const std::string entry = with_probe(R"t({ phase = "before_ddl", handler = "h", do = "report" })t",
                                       "environments = [\"production\", \"staging\"]") +
                            hook("before_ddl", "handler = \"h\"\npriority = 3\n");
  const shop p(entry);
  CHECK(up(p, 0).phases() == "");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  CHECK(davit_run(p, {"up", "--environment", "staging"}, 0).phases() == "before_ddl");
}

TEST_CASE("an unknown handler or phase is refused before anything is touched, with the nearest name") {
  const shop p(with_probe(self_bound) + hook("before_ddl", "handler = \"g\"\n"));
  CHECK(has(up(p, 3).answer().text("/error/message"), "no handler 'g'"));
  p.configure(with_probe(R"t({ phase = "before_dll", do = "report" })t"));
  const auto run = up(p, 4);
  CHECK(run.answer().text("/error/code") == "plugin_init");
  CHECK(has(run.answer().text("/error/message"), "before_ddl"));
  CHECK_FALSE(exists(p, "davit.ledger"));
}
