// A handler's statement on the side session is attended while it runs: whose lock it waits for is shown, and if that is
// the migration's own, which is held until the handler returns, it is cancelled.
#pragma once

#include "lifecycle/observer.hpp"
#include "lifecycle/sessions/lock_holders.hpp"
#include "plugin/sessions.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace davit::lifecycle {

class side_attendance final : public plugin::attendance {
public:
  // `run`: backend of the run session, if it is open.
  side_attendance(postgres::connection &side, postgres::connection &lock, std::optional<std::int32_t> run,
                  observer &show);
  ~side_attendance() override;

  // Throws plugin::call_error instead where it was cancelled for that.
  void explain(postgres::server_error &e) const override;

private:
  void found(const std::string &what);
  std::string lock_of_this_run();

  postgres::connection &side_;
  postgres::connection &lock_;
  const std::int32_t run_; // 0: none
  observer &show_;
  lock_holders holders_;
  std::string own_; // the lock or page, once the statement was cancelled for it
  bool own_is_page_ = false;
};

} // namespace davit::lifecycle
