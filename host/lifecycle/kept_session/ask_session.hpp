// Asks the session of a migration that stops half-way what it has: the one moment at which that is known for sure.
#pragma once

#include "config/settings.hpp"
#include "lifecycle/kept_session/kept_session.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace davit::lifecycle {

struct asked_about {
  const config::database_settings &ours;
  std::string_view file;  // the migration's: names of settings stand there
  std::int64_t work_lock; // an advisory lock that is davit's
};

// `c` is outside of a transaction, and is itself made fresh afterwards: role, encoding and timeouts do not stay as they
// were.
kept_session ask_session(postgres::connection &c, const asked_about &what);

// What the server shows of its settings that a session may change, but for those that davit sets itself. `c` speaks
// UTF-8.
std::map<std::string, kept_session::setting> settings_of(postgres::connection &c);
// The same between statements of a file, inside of its transaction or not, whatever encoding they are in.
std::map<std::string, kept_session::setting> settings_in_passing(postgres::connection &c);

// The others, as davit sets them, and as the session has them.
std::map<std::string, std::string> own_settings(const config::database_settings &ours);
std::map<std::string, std::string> own_settings_of(postgres::connection &c);

// Settings that no library has declared are in no list, and the server shows them only by their names: those that
// stand in the file, in the database's code, or in what sessions begin with are tried.
struct named_settings {
  std::map<std::string, std::string> values; // of those that are set
  std::string not_asked;                     // why some may be missing, or nothing
};
// `c` is outside of a transaction, and speaks UTF-8.
named_settings settings_by_name(postgres::connection &c, std::string_view file);

} // namespace davit::lifecycle
