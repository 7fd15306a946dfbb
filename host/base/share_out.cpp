#include "base/share_out.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace davit {
namespace {

constexpr std::size_t portion = 64; // taken at a time
constexpr std::size_t worth_a_thread = 256;
constexpr std::size_t most_threads = 8; // what is shared out here soon waits for something else than a processor

class shared_work {
public:
  shared_work(std::size_t count, const std::function<void(std::size_t)> &work) : count_(count), work_(work) {}

  void help() noexcept {
    for (std::size_t i = 0; (i = next_.fetch_add(portion)) < count_;) {
      const std::size_t end = std::min(i + portion, count_);
      try {
        for (; i < end; ++i) work_(i);
      } catch (...) {
        failed_at(i);
      }
    }
  }
  // All have helped.
  void finish() const {
    if (failure_) std::rethrow_exception(failure_);
  }

private:
  // Portions are taken in order: those below are taken already, and are worked through.
  void failed_at(std::size_t i) noexcept {
    const std::lock_guard lock(mutex_);
    next_ = count_;
    if (i > first_failure_) return;
    first_failure_ = i;
    failure_ = std::current_exception();
  }

  const std::size_t count_;
  const std::function<void(std::size_t)> &work_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::size_t first_failure_ = count_;
  std::exception_ptr failure_;
};

class helpers {
public:
  helpers(std::size_t wanted, shared_work &all) {
    try {
      threads_.reserve(wanted);
      while (threads_.size() < wanted) threads_.emplace_back([&all] { all.help(); });
    } catch (const std::exception &) {
      // no more are to be had, as under a limit on processes: those that are there do the work
    }
  }
  ~helpers() {
    for (auto &thread : threads_) thread.join();
  }
  helpers(const helpers &) = delete;
  helpers &operator=(const helpers &) = delete;

private:
  std::vector<std::thread> threads_;
};

std::size_t threads_for(std::size_t count) {
  return std::clamp<std::size_t>(std::min<std::size_t>(std::thread::hardware_concurrency(), count / worth_a_thread), 1,
                                 most_threads);
}

} // namespace

void share_out(std::size_t count, const std::function<void(std::size_t)> &work) {
  shared_work all(count, work);
  {
    const helpers others(threads_for(count) - 1, all);
    all.help();
  }
  all.finish();
}

} // namespace davit
