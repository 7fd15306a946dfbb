#include "plugin/leaving.hpp"

#include <atomic>
#include <mutex>
#include <utility>

#include <unistd.h>

namespace davit::plugin {
namespace {

constexpr int undecided = -1;
std::atomic<int> decided{undecided};

struct removal {
  std::mutex mutex; // a second thread that wants to leave waits here for the end
  std::function<void()> call;
};
removal &last_deed() {
  static auto *const r = new removal; // needed until the very end
  return *r;
}

} // namespace

void decide_status(int status) { decided = status; }

std::optional<int> decided_status() {
  const int status = decided;
  return status == undecided ? std::nullopt : std::optional(status);
}

at_leaving::at_leaving(std::function<void()> remove) {
  removal &r = last_deed();
  const std::lock_guard lock(r.mutex);
  r.call = std::move(remove);
}

at_leaving::~at_leaving() {
  removal &r = last_deed();
  const std::lock_guard lock(r.mutex);
  r.call = nullptr;
}

void leave(int status) {
  removal &r = last_deed();
  const std::lock_guard lock(r.mutex);
  if (r.call) std::exchange(r.call, nullptr)();
  ::_exit(decided_status().value_or(status));
}

} // namespace davit::plugin
