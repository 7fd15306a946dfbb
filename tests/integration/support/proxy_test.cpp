// The proxy between a client and the server: it delays exactly, cuts for sure, and can tell messages apart.
#include "support/program.hpp"
#include "support/proxy.hpp"
#include "support/test_database.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <thread>

using namespace davit;
using namespace davit::test;
using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;

postgres::connection connect(const proxy &p, const test_database &d) {
  return postgres::connection({p.url(d.name()), "through a proxy"});
}

error_code failure_of(postgres::connection &c, std::string_view sql) {
  try {
    c.exec(sql);
  } catch (const error &e) {
    return e.code;
  }
  FAIL("no failure");
  return error_code::bug;
}

void wait_for(const test_database &d, const std::string &query, const std::string &answer) {
  const auto patience = clock::now() + 30s;
  while (d.sql(query) != answer) {
    REQUIRE(clock::now() < patience);
    std::this_thread::sleep_for(5ms);
  }
}

} // namespace

TEST_CASE("a proxied session is a session, also for much data and for cancel requests") {
  const test_database d;
  for (const bool hooked : {false, true}) {
    CAPTURE(hooked);
    proxy_options options;
    if (hooked) options.from_client = [](const proxied &, const message &) { return verdict::pass(); };
    const proxy p(server().folder(), options);
    auto c = connect(p, d);
    const std::string text(8U << 20, 'x');
    CHECK(c.query("SELECT $1", std::array{postgres::parameter(text)}).text(0, 0) == text);
    CHECK(p.accepted() == 1);
    c.while_waiting(5ms, [&c] { CHECK(c.cancel()->request() == ""); });
    CHECK(failure_of(c, "SELECT pg_sleep(60)") == error_code::sql);
    CHECK(p.accepted() >= 2);
    c.while_waiting({}, nullptr);
    CHECK(c.exec("SELECT 1").text(0, 0) == "1");
  }
}

TEST_CASE("a delay is added to each round trip, and only once to what is sent together") {
  const test_database d;
  constexpr auto delay = 30ms;
  const proxy p(server().folder(), {.delay = delay});
  auto c = connect(p, d);
  const auto duration_of = [&](const char *sql) {
    const auto begin = clock::now();
    c.exec(sql);
    return clock::now() - begin;
  };
  CHECK(duration_of("SELECT 1") >= 2 * delay);
  // 40 answers of 100 kB each are read as one: 40 delays would be 1.2 s.
  const auto begin = clock::now();
  const auto rows = c.exec("SELECT repeat('x', 100000) FROM generate_series(1, 40)");
  CHECK(rows.rows() == 40);
  CHECK(clock::now() - begin < 40 * delay);
}

TEST_CASE("cut() ends all connections at both ends, refuse() those to come") {
  const test_database d;
  proxy p(server().folder());
  auto c = connect(p, d);
  auto other = connect(p, d);
  const std::string pids = std::to_string(c.backend_pid()) + "," + std::to_string(other.backend_pid());
  p.cut();
  CHECK_FALSE(c.still_alive());
  CHECK(failure_of(other, "SELECT 1") == error_code::connection_lost);
  wait_for(d, "SELECT count(*) FROM pg_stat_activity WHERE pid IN (" + pids + ")", "0");
  p.refuse(true);
  CHECK_THROWS_AS(connect(p, d), error);
  p.refuse(false);
  CHECK(connect(p, d).exec("SELECT 1").text(0, 0) == "1");
}

TEST_CASE("hooks see the statements of both protocols, the server's answers, and whose they are") {
  const test_database d;
  std::string seen;
  {
    const proxy p(server().folder(), {.from_client =
                                          [&](const proxied &who, const message &m) {
                                            if (!m.sql().empty() && who.application == "through a proxy")
                                              seen += "[" + std::string(m.sql()) + "]";
                                            return verdict::pass();
                                          },
                                      .from_server =
                                          [&](const proxied &, const message &m) {
                                            if (!m.tag().empty()) seen += "{" + std::string(m.tag()) + "}";
                                            return verdict::pass();
                                          }});
    auto c = connect(p, d);
    c.exec("SELECT 'simple'");
    c.query("SELECT 'extended' WHERE $1", std::array{postgres::parameter("f")});
  }
  CHECK(seen.find("[SELECT 'simple']{SELECT 1}[SELECT 'extended' WHERE $1]{SELECT 0}") != std::string::npos);
}

TEST_CASE("a COMMIT can be lost on its way, its answer can be lost, and it can come late") {
  enum class loss { commit, answer, late };
  for (const auto what : {loss::commit, loss::answer, loss::late}) {
    CAPTURE(static_cast<int>(what));
    const test_database d;
    d.sql("CREATE TABLE t (i int)");
    proxy_options options;
    if (what == loss::answer)
      options.from_server = [](const proxied &, const message &m) {
        return m.tag() == "COMMIT" ? verdict::cut() : verdict::pass();
      };
    else
      options.from_client = [what](const proxied &, const message &m) {
        if (m.sql() != "COMMIT") return verdict::pass();
        return what == loss::late ? verdict::cut_client(300ms) : verdict::cut();
      };
    const proxy p(server().folder(), options);
    for (const bool extended : {false, true}) {
      auto c = connect(p, d);
      c.exec("BEGIN; INSERT INTO t VALUES (1)");
      const std::string pid = std::to_string(c.backend_pid());
      const auto begin = clock::now();
      CHECK_THROWS_AS(extended ? c.query("COMMIT") : c.exec("COMMIT"), error);
      CHECK_FALSE(c.alive());
      wait_for(d, "SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid, "0");
      if (what == loss::late) CHECK(clock::now() - begin >= 300ms);
      CHECK(d.sql("SELECT count(*) FROM t") == (what == loss::commit ? "0" : extended ? "2" : "1"));
    }
  }
}

TEST_CASE("a dropped message does not arrive, and the others do") {
  const test_database d;
  const proxy p(server().folder(), {.from_server = [](const proxied &, const message &m) {
                  return m.type == 'N' ? verdict::drop() : verdict::pass();
                }});
  std::string heard;
  auto through = connect(p, d);
  auto past = d.connect();
  for (auto *c : {&through, &past}) {
    c->on_notice([&](std::string_view, std::string_view text) { heard += text; });
    c->exec("DO $$ BEGIN RAISE NOTICE 'once'; END $$");
  }
  CHECK(heard == "once");
}

TEST_CASE("delay_proxy serves scripts") {
  const test_database d;
  const temp_folder folder;
  const auto program = std::filesystem::canonical("/proc/self/exe").parent_path() / "delay_proxy";
  REQUIRE_MESSAGE(std::filesystem::exists(program), program << " is not built");
  const std::string psql = (server().bin_dir() / "psql").string();
  const std::string script =
      "set -e\nmkfifo in\n'" + program.string() + "' '" + server().folder().string() +
      "' 20000 < in > out &\nexec 3> in\n" + "while ! [ -s out ]; do kill -0 $! || exit 9; sleep 0.01; done\n'" + psql +
      "' -X -A -t -h \"$(cat out)\" " + "-U postgres -d " + d.name() + " -c 'SELECT 42'\nexec 3>&-\nwait\n";
  const auto result = run({.argv = {"bash", "-c", script}, .cwd = folder.path()});
  CHECK_MESSAGE(result.out == "42\n", result.err);
  CHECK(result.exit_code == 0);
}
