// A thread that is there before it is needed. Where plugins, or others, have used up all that can be had, what must not
// keep its caller waiting still has somewhere to run.
#pragma once

#include <functional>
#include <memory>

namespace davit::lifecycle {

class spare_thread {
public:
  spare_thread();  // throws error_code::process_limit
  ~spare_thread(); // does not wait for work that is under way
  spare_thread(const spare_thread &) = delete;
  spare_thread &operator=(const spare_thread &) = delete;

  // Runs `work` there, and then, when it takes more, `over`; neither throws. False if it is still at what it was given
  // before.
  bool take(std::function<void()> work, std::function<void()> over);

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace davit::lifecycle
