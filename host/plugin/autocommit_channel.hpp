// Every statement commits by itself: in migrations that have no transaction, and on the side session.
#pragma once

#include "plugin/channel.hpp"
#include "plugin/session_settings.hpp"

namespace davit::plugin {

class autocommit_channel : public channel {
public:
  using channel::channel;
  postgres::result query(std::string_view sql, std::span<const postgres::parameter> parameters) override;
  void undo() override;
  void finish(bool keep) override;

protected:
  postgres::connection &ready() override;
  // Streams, and whatever a plugin with db.read alone does, run in a transaction: there is no other way to keep the
  // former undoable and the latter read-only.
  void before_stream(postgres::connection &c) override;
  void after_stream(postgres::connection &c, bool complete) override;

  // Around all that the handler does: of the migration's session only settings are its own to change.
  virtual void look_at(postgres::connection &c) { before_ = read_settings(c); }
  virtual void put_back(postgres::connection &c) { restore_settings(c, *before_, read_settings(c), false); }

private:
  postgres::result on_its_own(postgres::connection &c, std::string_view sql,
                              std::span<const postgres::parameter> parameters);

  postgres::connection *c_ = nullptr;
  std::optional<session_settings> before_;
};

} // namespace davit::plugin
