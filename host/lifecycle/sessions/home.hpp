// Where the sessions of a run belong: on one server, in one database. The first one decides. Whatever the environment,
// a list of hosts or a name's addresses lead to by then, a further one is there too, or is not opened.
#pragma once

#include "plugin/kept_environment.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <string>

namespace davit::lifecycle {

class home {
public:
  // `environment` is what sessions are opened with, whatever plugins have made of it; null: as it is.
  explicit home(plugin::kept_environment *environment) : environment_(environment) {}
  // The session that decides. `options.url` is the user's.
  postgres::connection open_first(postgres::connect_options options);
  // The same of one that is open; as long as it is, it decides.
  void begin_with(postgres::connection &first);
  // From here on further ones are opened also where that is lost: it takes a round trip, which a run with nothing to do
  // need not make.
  void outlive(postgres::connection &first);
  // A further one, opened as the first was: `options.url` is not used. Throws error_code::connect if it does not see
  // `first`; without that, or if that is lost, if its database is another.
  postgres::connection open(postgres::connect_options options, postgres::connection *first) const;

private:
  void remember(const postgres::connection &first);

  plugin::kept_environment *environment_;
  std::string conninfo_;
  int version_ = 0;
  std::string place_;       // of the first: the server's data and the database; empty: not asked
  std::int64_t beacon_ = 0; // an advisory lock that the first one holds, and nobody knows of
};

} // namespace davit::lifecycle
