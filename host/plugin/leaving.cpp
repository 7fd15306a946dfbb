#include "plugin/leaving.hpp"

#include "plugin/crash_reporter.hpp"
#include "plugin/unwritten_output.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <unistd.h>

namespace davit::plugin {
namespace {

constexpr int undecided = -1;
std::atomic<int> decided{undecided};
// Where the answer is not read it is not said in that time, and never may be.
constexpr std::chrono::seconds patience_with_readers{2};

struct answer_to_come {
  std::mutex mutex; // between whoever answers and whoever leaves: one of them is first
  int status = undecided;
  bool too_late = false; // somebody leaves, with a status of their own
};
answer_to_come &announced() {
  static auto *const a = new answer_to_come;
  return *a;
}

struct last_deeds {
  std::mutex mutex; // a second thread that wants to leave waits here for the end
  std::function<void()> remove;
  at_leaving_unanswered::last_words answer;
  std::optional<error> failure;
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

// True if nobody has decided before.
bool decide(int status) {
  int none = undecided;
  return decided.compare_exchange_strong(none, status);
}

// True if nobody has answered before, or is about to.
bool decide_to_leave(int status) {
  int said = undecided;
  {
    const std::lock_guard lock(announced().mutex);
    said = announced().status;
    if (said == undecided) return announced().too_late = decide(status);
  }
  const auto end = std::chrono::steady_clock::now() + patience_with_readers;
  while (decided == undecided && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  decide(said);
  return false;
}

} // namespace

int decide_status(int status) {
  decide(status);
  return decided;
}

void about_to_answer(int status) {
  {
    const std::lock_guard lock(announced().mutex);
    announced().status = status;
    if (!announced().too_late) return;
  }
  for (;;) ::pause();
}

std::optional<int> decided_status() {
  const int status = decided;
  return status == undecided ? std::nullopt : std::optional(status);
}

void decide_failure(const error &e) {
  assign(&last_deeds::failure, std::optional(e));
  std::string where = to_string(e.where);
  note_failure((where.empty() ? "" : where + ": ") + e.message + (e.sqlstate.empty() ? "" : " [" + e.sqlstate + "]"));
}

at_leaving::at_leaving(std::function<void()> remove) { assign(&last_deeds::remove, std::move(remove)); }
at_leaving::~at_leaving() { assign(&last_deeds::remove, {}); }

at_leaving_unanswered::at_leaving_unanswered(last_words answer) { assign(&last_deeds::answer, std::move(answer)); }
at_leaving_unanswered::~at_leaving_unanswered() { assign(&last_deeds::answer, {}); }

void leave(const error &why) {
  last_deeds &d = deeds();
  const std::lock_guard lock(d.mutex);
  write_out_streams_or_warn(); // takes its time, in which other threads may come to an answer: it stands, then
  if (decide_to_leave(static_cast<int>(exit_of(why.code))) && d.answer)
    std::exchange(d.answer, nullptr)(why, d.failure ? &*d.failure : nullptr);
  if (d.remove) std::exchange(d.remove, nullptr)();
  ::_exit(decided);
}

} // namespace davit::plugin
