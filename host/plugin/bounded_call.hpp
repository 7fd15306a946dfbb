// Loading a library, its init and its destroy happen outside of a run, where no supervisor watches them.
#pragma once

#include "base/error.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace davit::plugin {

// What a plugin may take for each of them: as long as for a handler, if its handlers have a deadline, else 30 s.
std::chrono::milliseconds patience_for(std::chrono::milliseconds deadline, std::chrono::milliseconds grace);

// Ends the process with 124, saying in what plugin, if this lives for longer than `limit`: code that does not return
// cannot be stopped from outside. SIGINT and SIGTERM, where the caller keeps them for the run or davit's status is
// decided, end it likewise. Once it is decided davit ends with that status.
class bounded_call {
public:
  // One line for the operator, from another thread.
  using say = std::function<void(std::string_view)>;

  // `who` is "plugin 'x'", `step` what is called, "its init"; it must be a literal, as it is read from another thread.
  // Throws error_code::process_limit where no thread can be had to watch it.
  bounded_call(std::string who, const char *step, std::chrono::milliseconds limit, say tell);
  ~bounded_call();
  bounded_call(const bounded_call &) = delete;
  bounded_call &operator=(const bounded_call &) = delete;

  void at(const char *step) { step_ = step; }

private:
  void watch(sigset_t awaited, std::chrono::milliseconds limit);
  [[noreturn]] void leave_now(const std::string &why, error_code code) const;

  const std::string who_;
  std::atomic<const char *> step_;
  const say say_;
  std::mutex mutex_;
  std::condition_variable returned_;
  bool has_returned_ = false;
  std::thread watcher_;
};

} // namespace davit::plugin
