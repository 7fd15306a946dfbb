// The sessions whose statements a deadline or a signal cancels, from the supervising thread.
#pragma once

#include "postgres/connection.hpp"

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
  // Cancels what each of them runs; returns why a request was not delivered, or nothing. Waits a second at most: a
  // server that does not answer must not keep the caller from watching for further signals.
  std::string cancel_all();
  // Backends of the dispensable ones.
  std::vector<std::int32_t> dispensable() const;

private:
  struct target {
    handle session;
    bool dispensable;
  };
  mutable std::mutex mutex_;
  std::vector<target> targets_;
};

} // namespace davit::lifecycle
