// The side session: autocommit, and watched for waiting for the migration itself, which would be for ever.
#pragma once

#include "plugin/autocommit_channel.hpp"
#include "plugin/sessions.hpp"

namespace davit::plugin {

class side_channel : public autocommit_channel {
public:
  side_channel(sessions &s, access rights);
  postgres::result query(std::string_view sql, std::span<const postgres::parameter> parameters) override;
  // Streams are watched too; their errors are explained here.
  std::optional<postgres::result> next_row_watched(std::uint64_t id);
  stream open_rows_watched(std::string_view sql, std::span<const postgres::parameter> parameters);
  // Puts the session back, or drops it where that fails: what was done on it is committed either way.
  void finish(bool keep) override;

protected:
  // Nothing of it is for the next handler: a temporary table would take the rows that it means for another.
  void look_at(postgres::connection &) override {}
  void put_back(postgres::connection &c) override { c.exec(c.fresh_session_sql()); }

private:
  template <class F> auto watched(F &&work);

  sessions &sessions_;
  std::string blocked_by_; // the lock, once the waiting statement was cancelled for it
};

} // namespace davit::plugin
