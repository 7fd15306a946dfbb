// Statements of a migration's transaction on their way to the server: queued, and sent together.
#pragma once

#include "lifecycle/sessions/sessions.hpp"
#include "lifecycle/supervision/interrupt.hpp"
#include "migration/script.hpp"
#include "postgres/batch.hpp"

#include <string>
#include <string_view>

namespace davit::lifecycle {

class outbox {
public:
  // All outlive it. Errors of davit's own statements are placed in `file`.
  outbox(sessions &s, const interrupt &stop, observer &show, std::string file)
      : s_(s), stop_(stop), show_(show), file_(std::move(file)) {}
  void forget() { queue_ = {}; } // what an attempt that failed has left

  void add(std::string_view sql, postgres::batch::answered on_answer = {}, std::string hint = {});
  // `s` outlives the next send(). May send: not everything can be queued, and not too much of it.
  void add(const migration::script &s, const migration::statement &st);
  postgres::batch &queue() { return queue_; }

  // Sends what is queued and waits until all of it is done. Throws what the server refused, placed in its file; an
  // interrupt; or that the run lock was lost.
  void send();

private:
  void require_to_go_on();
  template <class F> void attend(F &&work);

  sessions &s_;
  const interrupt &stop_;
  observer &show_;
  std::string file_;
  postgres::batch queue_;
};

} // namespace davit::lifecycle
