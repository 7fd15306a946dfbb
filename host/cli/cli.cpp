#include "cli/cli.hpp"

#include "cli/commands.hpp"
#include "cli/last_steps.hpp"
#include "cli/report.hpp"
#include "plugin/crash_reporter.hpp"
#include "plugin/leaving.hpp"
#include "postgres/cancel_at_stop.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <malloc.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

namespace davit::cli {
namespace {

int dispatch(const options &o, terminal &t) {
  switch (o.what) {
  case command::init: return command_init(o, t);
  case command::create: return command_new(o, t);
  case command::status: return command_status(o, t);
  case command::plan: return command_plan(o, t);
  case command::up:
  case command::down: return command_run(o, t);
  case command::verify: return command_verify(o, t);
  case command::baseline: return command_baseline(o, t);
  case command::repair: return command_repair(o, t);
  case command::history: return command_history(o, t);
  case command::phases: return command_phases(o, t);
  case command::plugin_list: return command_plugin_list(o, t);
  case command::plugin_inspect: return command_plugin_inspect(o, t);
  case command::doctor: return command_doctor(o, t);
  case command::explain: return command_explain(o, t);
  case command::completion: return command_completion(o, t);
  }
  return static_cast<int>(exit_code::bug);
}

int refuse_arguments(const parsed &p, int argc, char **argv) {
  const bool json = std::any_of(argv, argv + argc, [](const char *a) { return std::string_view(a) == "--json"; });
  terminal t(true);
  if (json && p.exit != 0) print_json(t, json_failure("", error(error_code::usage, p.text, "davit --help")));
  const std::string_view text = std::string_view(p.text).substr(0, p.text.find_last_not_of('\n') + 1);
  p.exit == 0 ? t.out(text) : t.err(text);
  return delivered(p.exit, t);
}

// A session's socket must not become number 1, where output would go into it.
void occupy_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", O_RDONLY); // the lowest free number; writing to it fails
}

int run(const options &o, terminal &t) {
  const plugin::at_leaving_unanswered last_answer(
      [&](const error &why, const error *failure) { print_last_words(t, o, why, failure); });
  try {
    if (sodium_init() < 0) throw error(error_code::bug, "libsodium could not be initialised");
    std::optional<postgres::cancel_at_stop> stopping; // the others come to an end of their own
    if (o.what != command::up && o.what != command::down) stopping.emplace();
    return delivered(dispatch(o, t), t);
  } catch (const std::exception &e) {
    if (const auto told = plugin::decided_status()) return *told;
    return refuse(t, o, as_error(e));
  }
}

} // namespace

int main(int argc, char **argv) {
  occupy_standard_descriptors();
  plugin::install_crash_reporter();
  const plugin::crash_stack stack;
  const plugin::exit_reporter exits;
  // One thread is at work at a time: a heap for each would only cost memory. What was freed is soon wanted again.
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
  ::mallopt(M_TOP_PAD, 1 << 20);
  std::signal(SIGPIPE, SIG_IGN); // `davit up | head` must not end a run half-way
  std::signal(SIGXFSZ, SIG_IGN); // a limit that a plugin has lowered must not end it where output goes into a file
  std::signal(SIGCHLD, SIG_DFL); // whoever starts davit may ignore it: no child could be waited for
  const parsed p = parse_arguments(argc, argv);
  if (!p.run) return refuse_arguments(p, argc, argv);
  terminal t(p.run->no_color);
  return end_process(run(*p.run, t), t);
}

} // namespace davit::cli
