// What a handler can have set on a session, read before and put back after it.
#pragma once

#include "postgres/connection.hpp"

#include <map>
#include <string>

namespace davit::plugin {

struct session_settings {
  // Of this session, by name; role and session_authorization are always there. Custom settings, those with a dot, are
  // not shown by the server.
  std::map<std::string, std::string> values;
  std::string transaction; // id of the transaction; empty if none is assigned
};

session_settings read_settings(postgres::connection &c);

// `local`: for the rest of the transaction only.
void restore_settings(postgres::connection &c, const session_settings &before, const session_settings &now, bool local);

} // namespace davit::plugin
