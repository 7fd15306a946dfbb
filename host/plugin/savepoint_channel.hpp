// Inside a migration's transaction: under a savepoint of the handler's own.
#pragma once

#include "plugin/channel.hpp"
#include "plugin/session_settings.hpp"

namespace davit::plugin {

class savepoint_channel : public channel {
public:
  using channel::channel;
  void undo() override;
  void finish(bool keep) override;

protected:
  postgres::connection &ready() override;

private:
  void roll_back();

  postgres::connection *c_ = nullptr; // once the savepoint is there
  std::optional<session_settings> before_;
};

} // namespace davit::plugin
