// bench [OPTION]… [NAME…]: see tests/bench/run, which builds it as davit is shipped.
#include "bench/benchmark.hpp"
#include "bench/database.hpp"
#include "bench/paths.hpp"
#include "bench/report.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <stdexcept>

#include <getopt.h>

namespace {

using namespace davit::bench;

constexpr int exit_missed = 1, exit_usage = 2, exit_failed = 3;

struct arguments {
  setting what{own_davit()};
  bool json = false;
  bool strict = false;
  std::vector<std::string> names; // empty: all
};

std::vector<benchmark> all_benchmarks() {
  return {dispatch(), up(), up_plugins(), up_delay(), nothing_to_do(), many_files()};
}

void print_usage(std::FILE *to) {
  std::fputs("usage: tests/bench/run [OPTION]… [NAME…]\n\n"
             "  --json        an array of {name, ratio, aim, meets, …} instead of a table\n"
             "  --davit FILE  measure this davit instead of the one that was built; dispatch is always of the build\n"
             "  --pairs N     so many measured pairs of floor and davit\n"
             "  --no-fsync    the server does not wait for its disk: what a client adds shows more\n"
             "  --quick       tiny: shows that everything runs, measures nothing\n"
             "  --strict      exit with 1 if an aim is missed\n"
             "  -h, --help    this text\n\n"
             "NAMEs, all without any:",
             to);
  for (const auto &b : all_benchmarks())
    for (const auto &name : b.results) std::fprintf(to, " %s", name.c_str());
  std::fputc('\n', to);
}

// Nothing if there is nothing to run: `exit` tells with which status.
std::optional<arguments> parse(int argc, char **argv, int &exit) {
  enum option_id { json = 1, davit, pairs, no_fsync, quick, strict };
  static const option options[] = {
      {"json", no_argument, nullptr, json},         {"davit", required_argument, nullptr, davit},
      {"pairs", required_argument, nullptr, pairs}, {"no-fsync", no_argument, nullptr, no_fsync},
      {"quick", no_argument, nullptr, quick},       {"strict", no_argument, nullptr, strict},
      {"help", no_argument, nullptr, 'h'},          {nullptr, 0, nullptr, 0}};
  arguments out;
  for (int got = 0; (got = ::getopt_long(argc, argv, "h", options, nullptr)) != -1;) {
    switch (got) {
    case json: out.json = true; break;
    case davit: out.what.davit = std::filesystem::absolute(optarg); break;
    case pairs: out.what.pairs = std::strtoul(optarg, nullptr, 10); break;
    case no_fsync: use_server_without_fsync(); break;
    case quick: out.what.quick = true; break;
    case strict: out.strict = true; break;
    default:
      exit = got == 'h' ? 0 : exit_usage;
      print_usage(got == 'h' ? stdout : stderr);
      return std::nullopt;
    }
  }
  out.names.assign(argv + optind, argv + argc);
  for (const auto &name : out.names) {
    const auto all = all_benchmarks();
    if (std::none_of(all.begin(), all.end(), [&](const benchmark &b) {
          return std::find(b.results.begin(), b.results.end(), name) != b.results.end();
        })) {
      std::fprintf(stderr, "tests/bench/run: there is no benchmark %s\n", name.c_str());
      print_usage(stderr);
      exit = exit_usage;
      return std::nullopt;
    }
  }
  return out;
}

std::vector<result> run_all(const arguments &a) {
  const auto wanted = [&a](const std::string &name) {
    return a.names.empty() || std::find(a.names.begin(), a.names.end(), name) != a.names.end();
  };
  std::vector<result> out;
  for (const auto &b : all_benchmarks()) {
    if (std::none_of(b.results.begin(), b.results.end(), wanted)) continue;
    for (auto &r : b.run(a.what))
      if (wanted(r.name)) out.push_back(std::move(r));
  }
  return out;
}

} // namespace

int main(int argc, char **argv) {
  int exit = 0;
  const auto a = parse(argc, argv, exit);
  if (!a) return exit;
  try {
    std::fprintf(stderr, "measuring %s\n", a->what.davit.c_str());
    const auto results = run_all(*a);
    std::fputs((a->json ? as_json(results) : as_table(results)).c_str(), stdout);
    const bool met = std::all_of(results.begin(), results.end(), [](const result &r) { return r.meets(); });
    return a->strict && !met ? exit_missed : 0;
  } catch (const std::exception &e) {
    std::fprintf(stderr, "tests/bench/run: %s\n", e.what());
    return exit_failed;
  }
}
