// A network on which requests to cancel take as long as a test likes.
#pragma once

#include "support/proxy.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>

namespace davit::test {

// Keeps requests to cancel on their way until they are let through.
class held_cancellations {
public:
  message_hook hook() {
    return [this](const proxied &, const message &m) {
      constexpr std::string_view cancel_code("\x04\xd2\x16\x2e", 4);
      if (m.type == 0 && m.body.starts_with(cancel_code)) {
        std::unique_lock lock(mutex_);
        seen_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return let_go_; });
      }
      return verdict::pass();
    };
  }
  bool wait_for_one() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [this] { return seen_; });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    let_go_ = true;
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool seen_ = false, let_go_ = false;
};

} // namespace davit::test
