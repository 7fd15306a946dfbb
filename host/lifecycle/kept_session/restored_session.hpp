// The session that goes on with a migration behind its stop: made what the one that stopped was, as far as that is
// known, and said where it is not.
#pragma once

#include "lifecycle/kept_session/set_again.hpp"
#include "lifecycle/run_parts.hpp"
#include "migration/session_effects.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace davit::lifecycle {

class restored_session {
public:
  // `execute` runs a statement of the file on the run session. All of them outlive it.
  restored_session(const run_parts &parts, const migration::step &step, const migration::script &script,
                   const std::function<void(const migration::statement &)> &execute);

  // Throws what cannot be made again, and may be needed.
  void restore();

private:
  void set_kept(bool first);
  void repeat_those(bool before_kept);
  void repeat(const migration::statement &st, bool overtaken);
  void tell(const changed_beginnings &otherwise);
  std::string reset_behind(const std::string &name) const;
  std::string go_on_by_hand() const;

  const run_parts &p_;
  const migration::step &step_;
  const migration::script &script_;
  const std::function<void(const migration::statement &)> &execute_;
  const migration::session_effects effects_;
  std::optional<kept_session> then_;
  std::optional<set_again> again_;
};

} // namespace davit::lifecycle
