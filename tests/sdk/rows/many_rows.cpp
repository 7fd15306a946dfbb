// Streams more rows than it would be willing to hold in memory, and measures that they were not held.
#include <davit/plugin.hpp>

#include <fstream>

namespace {

// The largest resident size that this process has had so far, in KiB.
std::int64_t peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      std::int64_t kib = 0;
      if (status >> kib) return kib;
    }
  throw davit::error("/proc/self/status has no VmHWM");
}

void require(bool holds, const std::string &otherwise) {
  if (!holds) throw davit::error(otherwise);
}

constexpr std::string_view numbers = "SELECT generate_series(1, $1::bigint) AS n, repeat('x', 100) AS filler";

struct many_rows {
  static constexpr davit::key keys[] = {
      {"rows", 1'000'000, "how many rows to read"},
      {"max_growth_kib", 16 * 1024, "by how much the peak of the memory may grow meanwhile"},
  };

  explicit many_rows(davit::setup &s)
      : rows(s.config<std::int64_t>("rows")), max_growth_kib(s.config<std::int64_t>("max_growth_kib")) {
    s.on(
        davit::phase::after_ddl, "all", [this](davit::context &cx) { all(cx); }, 0);
    s.on(
        davit::phase::after_ddl, "some", [this](davit::context &cx) { some(cx); }, 1);
    s.on(
        davit::phase::after_ddl, "none", [](davit::context &cx) { none(cx); }, 2);
    s.on(
        davit::phase::after_ddl, "busy", [this](davit::context &cx) { busy(cx); }, 3);
    s.on(
        davit::phase::after_ddl, "error", [](davit::context &cx) { error(cx); }, 4);
  }

  // Every row arrives once, in order, in bounded memory.
  void all(davit::context &cx) const {
    const std::int64_t before = peak_kib();
    std::int64_t seen = 0;
    cx.for_each(
        numbers,
        [&](const davit::row &row) {
          ++seen;
          require(row.get<std::int64_t>("n") == seen, "row " + std::to_string(seen) + " is out of order");
          require(row.get<std::string_view>(1).size() == 100, "row " + std::to_string(seen) + " is cut short");
        },
        rows);
    const std::int64_t grown = peak_kib() - before;
    require(seen == rows, "got " + std::to_string(seen) + " rows");
    require(grown < max_growth_kib, "the peak of the memory grew by " + std::to_string(grown) + " KiB");
    cx.set_stat("rows/grown_kib", grown);
    cx.report(static_cast<std::uint64_t>(seen), "read all");
  }

  // Half-way is far enough; the connection is of use afterwards.
  void some(davit::context &cx) const {
    std::int64_t seen = 0;
    cx.for_each(
        numbers, [&](const davit::row &) { return ++seen < 10; }, rows);
    require(seen == 10, "the stream went on after it was told to end");
    require(cx.query("SELECT 42").scalar<int>() == 42, "the connection is out of step");
    cx.report(10, "ended early");
  }

  static void none(davit::context &cx) {
    cx.for_each(
        numbers, [](const davit::row &) { throw davit::error("a row of an empty result"); }, 0);
    cx.report("empty");
  }

  // One statement at a time: a query during a stream is refused, and the stream is not disturbed by it.
  void busy(davit::context &cx) const {
    std::int64_t seen = 0, refused = 0;
    cx.for_each(
        numbers,
        [&](const davit::row &) {
          ++seen;
          try {
            cx.query("SELECT 1");
          } catch (const davit::error &e) {
            refused += e.status() == DAVIT_ERR_STATE;
          }
        },
        3);
    require(seen == 3 && refused == 3, "of " + std::to_string(seen) + " queries during a stream, " +
                                           std::to_string(refused) + " were refused with DAVIT_ERR_STATE");
    cx.report("refused queries during a stream");
  }

  // An error half-way is an error of the stream, with the server's code, and no row in its place.
  static void error(davit::context &cx) {
    std::int64_t seen = 0;
    try {
      cx.for_each("SELECT 1 / (5 - n) FROM generate_series(1, 10) AS n", [&](const davit::row &) { ++seen; });
    } catch (const davit::error &e) {
      require(e.sqlstate() == "22012", "another error: " + std::string(e.what()));
      require(seen < 5, "the row that cannot be computed was delivered");
      cx.undo();
      cx.report("passed an error on");
      return;
    }
    throw davit::error("a division by zero went unnoticed");
  }

  std::int64_t rows, max_growth_kib;
};

} // namespace

DAVIT_PLUGIN(many_rows, "org.davit.test.many-rows", "1.0.0", "Reads a long result row by row", "db.read")
