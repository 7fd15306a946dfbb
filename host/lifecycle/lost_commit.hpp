// What is true when the answer to COMMIT is lost.
#pragma once

#include "lifecycle/commit.hpp"
#include "lifecycle/observer.hpp"
#include "lifecycle/sessions/sessions.hpp"

#include <functional>
#include <string>

namespace davit::lifecycle {

struct lost_commit {
  lifecycle::sessions &sessions;
  const interrupt &stop;
  observer &show;
  // Whether what the transaction wrote is there. The server's word on its id is not enough: where a crash has taken the
  // transaction away altogether, another one may have got the id.
  std::function<bool(postgres::connection &)> recorded;

  // Asks over another session until the server knows how the transaction ended. A server that cannot be reached gets
  // time to come back; `unknown` if it does not, or if the run is told to stop before.
  commit_answer find_out(const std::string &xid) const;
};

} // namespace davit::lifecycle
