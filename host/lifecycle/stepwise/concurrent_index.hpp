// What CREATE INDEX CONCURRENTLY and its like leave behind when they fail, and what that means for running them again.
#pragma once

#include "base/error.hpp"
#include "lifecycle/observer.hpp"
#include "lifecycle/sessions/sessions.hpp"
#include "lifecycle/stepwise/index_scope.hpp"
#include "lifecycle/supervision/interrupt.hpp"
#include "migration/script.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace davit::lifecycle {

// One statement of the run session; for any that builds no index this does nothing.
class concurrent_index {
public:
  struct parts {
    lifecycle::sessions &sessions;
    const interrupt &stop;
    observer &show;
    std::uint32_t lock_retries; // further attempts to drop an index after lock_timeout struck
  };

  // The session has the search_path that the statement is to run with.
  concurrent_index(const parts &p, const migration::script &s, const migration::statement &st);

  // Where an earlier attempt at this very statement ended nobody knows how: whether an index is there and valid that is
  // the one it was to build, so that it was completed. Throws error_code::another_index where that is not the one, or
  // that cannot be told: only who looks at it knows. Else what that attempt has left INVALID is dropped.
  struct stop {
    std::string version;
    std::size_t statement; // from 1
  };
  bool was_completed(const stop &at);

  // Where one has failed: drops what it has left INVALID, and shows that.
  void drop_leftovers();

  // Where there was no attempt: an INVALID index of its name is somebody else's. Throws error_code::invalid_index.
  void refuse_another();

  // After it has succeeded. Throws error_code::invalid_index if its index is not valid, as with IF NOT EXISTS.
  void require_valid();

  // Adds to its error which indexes it has left INVALID, and what to do; whether there are any.
  bool add_leftovers(const std::string &version, error &e);

private:
  void note_before();
  bool is_there(const stop &at);
  [[noreturn]] void refuse_invalid(const std::string &quoted, const std::string &advice);
  [[noreturn]] void refuse(error_code code, const std::string &what, const std::string &advice);

  parts p_;
  const migration::script &script_;
  const migration::statement &st_;
  std::optional<index_scope> scope_;
  std::set<std::string> before_; // oids of what was INVALID when it began
};

} // namespace davit::lifecycle
