// A handler's statement on the run session is attended while it runs: whose lock it waits for is shown. Who stops
// handlers is the supervisor.
#pragma once

#include "lifecycle/observer.hpp"
#include "lifecycle/sessions/lock_holders.hpp"
#include "plugin/sessions.hpp"

namespace davit::lifecycle {

class handler_attendance final : public plugin::attendance {
public:
  handler_attendance(postgres::connection &run, postgres::connection &lock, observer &show);
  ~handler_attendance() override;

  void explain(postgres::server_error &e) const override;

private:
  postgres::connection &run_;
  lock_holders holders_;
};

} // namespace davit::lifecycle
