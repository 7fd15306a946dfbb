#include "lifecycle/supervision/spare_thread.hpp"

#include "base/error.hpp"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace davit::lifecycle {

// Shared with the thread, which may outlive its owner.
struct spare_thread::state {
  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> work; // until it is done
  std::function<void()> over; // of that work
  bool closed = false;

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return work || closed; });
      if (!work) return;
      lock.unlock();
      work();
      lock.lock();
      work = nullptr;
      const auto tell = std::exchange(over, nullptr);
      lock.unlock();
      tell();
      lock.lock();
    }
  }
};

spare_thread::spare_thread() : state_(std::make_shared<state>()) {
  try {
    std::thread([s = state_] { s->run(); }).detach();
  } catch (const std::system_error &e) {
    error none = no_process_for("requests to cancel", e.code().message());
    none.state = "the run had not begun: nothing was touched";
    throw error(std::move(none));
  }
}

spare_thread::~spare_thread() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
  }
  state_->changed.notify_one();
}

bool spare_thread::take(std::function<void()> work, std::function<void()> over) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->work) return false;
    state_->work = std::move(work);
    state_->over = std::move(over);
  }
  state_->changed.notify_one();
  return true;
}

} // namespace davit::lifecycle
