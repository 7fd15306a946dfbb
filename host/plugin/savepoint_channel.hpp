// Inside a migration's transaction: under a savepoint of the handler's own.
#pragma once

#include "plugin/channel.hpp"
#include "plugin/session_settings.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace davit::plugin {

class savepoint_channel : public channel {
public:
  // `check` throws where the handler's work must not be kept.
  savepoint_channel(source session, access rights, std::function<void()> check)
      : channel(std::move(session), rights), check_(std::move(check)) {}
  void undo() override;
  void finish(bool keep) override;

protected:
  postgres::connection &ready() override;

private:
  void roll_back();

  const std::function<void()> check_;
  postgres::connection *c_ = nullptr; // once the savepoint is there
  std::optional<session_settings> before_;
};

} // namespace davit::plugin
