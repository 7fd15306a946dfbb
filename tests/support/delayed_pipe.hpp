// One direction of a proxied connection: bytes that wait until they are due, and then until the receiver takes them.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace davit::test {

class delayed_pipe {
public:
  using clock = std::chrono::steady_clock;

  void add(std::string_view bytes, clock::time_point due) {
    held_ += bytes.size();
    chunks_.push_back({due, std::string(bytes)});
  }
  // Nothing comes after what was added so far.
  void end(clock::time_point due) { chunks_.push_back({due, {}}); }

  // Writes what is due to the socket. A receiver that is gone gets nothing more; that is noticed where it is read from.
  void flush(int fd, clock::time_point now);

  bool ended() const { return ended_; }     // the end was reached, everything before it is written
  bool blocked() const { return blocked_; } // the receiver takes nothing now
  bool full() const { return held_ > 16U << 20; }
  clock::time_point next() const { return chunks_.empty() || blocked_ ? clock::time_point::max() : chunks_[0].due; }

private:
  struct chunk {
    clock::time_point due;
    std::string bytes; // none: the end
  };
  std::deque<chunk> chunks_;
  std::size_t written_ = 0; // of the first one
  std::size_t held_ = 0;
  bool blocked_ = false;
  bool ended_ = false;
};

} // namespace davit::test
