// The sessions whose statements a deadline or a signal cancels, from the supervising thread, and when their server
// gave a sign of life.
#pragma once

#include "lifecycle/supervision/spare_thread.hpp"
#include "postgres/connection.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace davit::lifecycle {

class cancel_targets {
public:
  using handle = std::shared_ptr<const postgres::cancel_handle>;

  // `dispensable`: the session can be ended when a handler does not let go of it.
  void add(handle h, bool dispensable);
  void remove(const handle &h);
  // Each cancels what sessions run, and returns why a request was not delivered, or nothing. They wait a second at
  // most, and call `go_on` meanwhile, so that the caller can watch for further signals; if it says no they leave at
  // once.
  using go_on = std::function<bool()>;
  std::string cancel_work(const go_on &wait = {});    // of all of them, until the end of the run has begun
  std::string cancel_handler(const go_on &wait = {}); // of those that handlers use
  std::string cancel_all();

  // The run's thread: what was sent has arrived, and strikes nothing that is sent from now on. Waits a few seconds at
  // most.
  void settle();
  // From here on the sessions tell of the run's end, in the ledger too: no cancel_work strikes that.
  void work_is_over();
  // Backends of the dispensable ones.
  std::vector<std::int32_t> dispensable() const;

  // The server has told what a statement waits for. Any thread; the epoch if it never did.
  void answered() { last_answer_ = clock::now(); }
  std::chrono::steady_clock::time_point last_answer() const { return last_answer_; }

private:
  using clock = std::chrono::steady_clock;
  struct target {
    handle session;
    bool dispensable;
  };
  // Shared with requests that nobody waits for any more.
  struct traffic {
    std::mutex mutex;
    std::condition_variable arrived;
    int under_way = 0;
  };
  enum class reach { work, handler, all };
  std::string cancel(reach which, const go_on &wait);

  mutable std::mutex mutex_;
  std::vector<target> targets_;
  bool work_is_over_ = false;
  std::atomic<clock::time_point> last_answer_{clock::time_point{}};
  spare_thread spare_;
  std::shared_ptr<traffic> traffic_ = std::make_shared<traffic>();
};

} // namespace davit::lifecycle
