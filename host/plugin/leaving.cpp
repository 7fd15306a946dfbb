#include "plugin/leaving.hpp"

#include "plugin/unwritten_output.hpp"

#include <atomic>
#include <mutex>
#include <utility>

#include <unistd.h>

namespace davit::plugin {
namespace {

constexpr int undecided = -1;
std::atomic<int> decided{undecided};

struct last_deeds {
  std::mutex mutex; // a second thread that wants to leave waits here for the end
  std::function<void()> remove;
  std::function<void(const error &)> answer;
};
last_deeds &deeds() {
  static auto *const d = new last_deeds; // needed until the very end
  return *d;
}

template <class F> void assign(F last_deeds::*which, F call) {
  last_deeds &d = deeds();
  const std::lock_guard lock(d.mutex);
  d.*which = std::move(call);
}

} // namespace

void decide_status(int status) { decided = status; }

std::optional<int> decided_status() {
  const int status = decided;
  return status == undecided ? std::nullopt : std::optional(status);
}

at_leaving::at_leaving(std::function<void()> remove) { assign(&last_deeds::remove, std::move(remove)); }
at_leaving::~at_leaving() { assign(&last_deeds::remove, {}); }

at_leaving_unanswered::at_leaving_unanswered(std::function<void(const error &)> answer) {
  assign(&last_deeds::answer, std::move(answer));
}
at_leaving_unanswered::~at_leaving_unanswered() { assign(&last_deeds::answer, {}); }

void leave(const error &why) {
  last_deeds &d = deeds();
  const std::lock_guard lock(d.mutex);
  write_out_streams_or_warn(); // takes its time, in which other threads may come to an answer: it stands, then
  if (d.answer && !decided_status()) std::exchange(d.answer, nullptr)(why);
  if (d.remove) std::exchange(d.remove, nullptr)();
  ::_exit(decided_status().value_or(static_cast<int>(exit_of(why.code))));
}

} // namespace davit::plugin
