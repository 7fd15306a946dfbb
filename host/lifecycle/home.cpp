#include "lifecycle/home.hpp"

#include <random>
#include <utility>

namespace davit::lifecycle {
namespace {

// A copy of the server has the same: it tells less than the beacon, but it outlives the session.
constexpr std::string_view place_sql =
    "SELECT pg_catalog.concat(s.system_identifier, '/', d.oid) FROM pg_catalog.pg_control_system() s, "
    "pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()";

std::int64_t random_key() {
  std::random_device source;
  return static_cast<std::int64_t>((std::uint64_t{source()} << 32U) | source());
}

void add(std::string &setup, const char *beacon_call, std::int64_t beacon) {
  if (!setup.empty()) setup += "; ";
  setup += std::string("SELECT pg_catalog.") + beacon_call + "(" + std::to_string(beacon) + ")";
}

std::string name_of(const postgres::connection &c) {
  return "database '" + c.database() + "' at host '" + c.host() + "'";
}

// Where a server does not let everybody see its identifier, its name has to do.
std::string place_of(postgres::connection &c) {
  try {
    return std::string(c.exec(place_sql).text(0, 0));
  } catch (const postgres::server_error &e) {
    if (e.sqlstate != postgres::sqlstate::insufficient_privilege) throw;
    return name_of(c);
  }
}

[[noreturn]] void elsewhere(const postgres::connection &found, const postgres::connection *first) {
  throw error(error_code::connect,
              "a further session of this run was opened in " + name_of(found) +
                  ", where the session that holds the run lock" + (first ? ", in " + name_of(*first) + "," : "") +
                  " is not seen",
              "one run needs one server: it may be shutting down, and take no new sessions; if the URL names several "
              "hosts, or a host with several addresses, name the one that is meant");
}

} // namespace

postgres::connection home::open_first(postgres::connect_options options) {
  if (environment_) environment_->put_back();
  beacon_ = random_key();
  add(options.setup, "pg_advisory_lock", beacon_);
  postgres::connection c(options);
  place_ = place_of(c);
  conninfo_ = c.conninfo();
  return c;
}

postgres::connection home::open(postgres::connect_options options, postgres::connection *first) const {
  bool seen = false;
  add(options.setup, "pg_try_advisory_xact_lock_shared", beacon_);
  options.on_setup = [&seen](const postgres::result &r) { seen = r.text(0, 0) == "f"; };
  if (environment_) environment_->put_back(); // some variables are no options, but settings that libpq sends
  options.url = conninfo_;
  options.url_is_conninfo = true;
  postgres::connection c(options);
  if (seen) return c;
  if ((first && first->still_alive()) || place_of(c) != place_) elsewhere(c, first);
  return c;
}

} // namespace davit::lifecycle
