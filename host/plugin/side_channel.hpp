// The side session: autocommit, and fresh for each handler.
#pragma once

#include "plugin/autocommit_channel.hpp"
#include "plugin/sessions.hpp"

namespace davit::plugin {

class side_channel : public autocommit_channel {
public:
  side_channel(sessions &s, access rights);
  // Puts the session back, or drops it where that fails: what was done on it is committed either way.
  void finish(bool keep) override;
  bool commits() const override { return streams(); }

protected:
  // Nothing of it is for the next handler: a temporary table would take the rows that it means for another.
  void look_at(postgres::connection &) override {}
  void put_back(postgres::connection &c) override {
    c.exec(c.fresh_session_sql() + "; SELECT pg_catalog.pg_advisory_unlock_all()");
  }

private:
  void commit_stream();

  sessions &sessions_;
};

} // namespace davit::plugin
