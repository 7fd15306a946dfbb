// Statements that may have set something for their session through what they call, as far as texts show it.
#pragma once

#include "migration/script.hpp"
#include "postgres/connection.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace davit::lifecycle {

// Of routines in the database: their texts are followed to what they call in turn. The session's search_path is
// pg_catalog.
class session_setters {
public:
  session_setters(postgres::connection &c, const migration::script &s, const std::vector<std::size_t> &statements);

  // The first routine that the statement calls and that may set something, or nothing. `more`: than settings which the
  // server shows.
  std::string called_by(const migration::statement &st, bool more) const;

private:
  std::set<std::string> all_, of_more_; // names
};

// Which of the texts set something under a name that they put together: by their places, from 0.
std::vector<std::size_t> naming_at_run_time(postgres::connection &c, const std::vector<std::string> &texts);
// Routines of the database that do, a few of them.
std::vector<std::string> routines_naming_at_run_time(postgres::connection &c);

} // namespace davit::lifecycle
