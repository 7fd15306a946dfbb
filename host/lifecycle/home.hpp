// Where the sessions of a run belong: on one server, in one database. The first one decides. Whatever the environment,
// a list of hosts or a name's addresses lead to by then, a further one is there too, or is not opened.
#pragma once

#include "postgres/connection.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace davit::lifecycle {

class home {
public:
  // The session that decides. `options.url` is the user's.
  postgres::connection open_first(postgres::connect_options options);
  // A further one, opened as the first was: `options.url` is not used. Throws error_code::connect if it does not see
  // `first`; without that, or if that is lost, if its database is another.
  postgres::connection open(postgres::connect_options options, postgres::connection *first) const;

private:
  void put_back_environment() const;

  std::string conninfo_;
  std::array<std::optional<std::string>, 3> settings_; // variables that libpq looks at for every session
  std::string place_;                                  // of the first: the server's data and the database
  std::int64_t beacon_ = 0;                            // an advisory lock that the first one holds, and nobody knows of
};

} // namespace davit::lifecycle
