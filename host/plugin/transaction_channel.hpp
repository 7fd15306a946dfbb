// Outside of migrations: in a transaction of the handler's own.
#pragma once

#include "plugin/channel.hpp"

namespace davit::plugin {

class transaction_channel : public channel {
public:
  // `setup` follows BEGIN; may be empty.
  transaction_channel(source session, access rights, std::string setup)
      : channel(std::move(session), rights), setup_(std::move(setup)) {}
  void undo() override;
  void finish(bool keep) override;
  bool commits() const override { return c_ != nullptr; }

protected:
  postgres::connection &ready() override;

private:
  void roll_back();
  void reset();

  const std::string setup_;
  postgres::connection *c_ = nullptr; // once BEGIN was sent
};

} // namespace davit::plugin
