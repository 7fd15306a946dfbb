// Takes away an INVALID index that a failed build has left, and nothing else: not one that somebody is building, nor
// one that has become valid, nor another one that was given its name.
#pragma once

#include "lifecycle/observer.hpp"
#include "lifecycle/sessions/sessions.hpp"
#include "lifecycle/stepwise/index_scope.hpp"
#include "lifecycle/supervision/interrupt.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace davit::lifecycle {

class leftover_index {
public:
  lifecycle::sessions &sessions;
  const interrupt &stop;
  observer &show;
  std::uint32_t lock_retries;
  const index_scope &scope;

  // Waits until nobody is seen to build it, then drops it under a lock that is not waited for longer than the session's
  // lock_timeout, whoever has it. What came of it is shown. Throws what the server refuses, with what to do.
  void drop(const postgres::invalid_index &which) const;

private:
  std::string described(const postgres::invalid_index &which) const;
  std::optional<postgres::invalid_index> wait_for_builder(const postgres::invalid_index &which) const;
  std::string lock_sql(const postgres::invalid_index &now) const;
  bool drop_if_invalid(const postgres::invalid_index &now) const;
  bool is_invalid(const postgres::invalid_index &which) const;
  bool wait_for_another_attempt(postgres::server_error &e, const postgres::invalid_index &which, std::uint32_t n) const;
};

} // namespace davit::lifecycle
