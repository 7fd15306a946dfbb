#include "lifecycle/sessions/home.hpp"

#include "plugin/crash_reporter.hpp"
#include "postgres/place.hpp"

#include <random>
#include <utility>

namespace davit::lifecycle {
namespace {

std::int64_t random_key() {
  std::random_device source;
  return static_cast<std::int64_t>((std::uint64_t{source()} << 32U) | source());
}

void add(std::string &setup, const char *beacon_call, std::int64_t beacon) {
  if (!setup.empty()) setup += "; ";
  setup += std::string("SELECT pg_catalog.") + beacon_call + "(" + std::to_string(beacon) + ")";
}

[[noreturn]] void elsewhere(const postgres::connection &found, const postgres::connection *first) {
  throw error(error_code::connect,
              "a further session of this run was opened in " + postgres::name_of_place(found) +
                  ", where its first session" + (first ? ", in " + postgres::name_of_place(*first) + "," : "") +
                  " is not seen",
              "one run needs one server: it may be shutting down, and take no new sessions; if the URL names several "
              "hosts, or a host with several addresses, name the one that is meant");
}

} // namespace

postgres::connection home::open_first(postgres::connect_options options) {
  if (environment_) environment_->put_back();
  beacon_ = random_key();
  add(options.setup, "pg_advisory_lock", beacon_);
  plugin::note_connection();
  postgres::connection c(options);
  remember(c);
  return c;
}

void home::begin_with(postgres::connection &first) {
  beacon_ = random_key();
  std::string sql;
  add(sql, "pg_advisory_lock", beacon_);
  plugin::note_connection();
  first.exec(sql);
  remember(first);
  outlive(first);
}

void home::outlive(postgres::connection &first) { place_ = postgres::place_of(first); }

void home::remember(const postgres::connection &first) {
  conninfo_ = first.conninfo();
  version_ = first.server_version();
}

postgres::connection home::open(postgres::connect_options options, postgres::connection *first) const {
  bool seen = false;
  add(options.setup, "pg_try_advisory_xact_lock_shared", beacon_);
  options.on_setup = [&seen](const postgres::result &r) { seen = r.text(0, 0) == "f"; };
  if (environment_) environment_->put_back(); // some variables are no options, but settings that libpq sends
  options.url = conninfo_;
  options.conninfo_of_version = version_;
  postgres::connection c(options);
  if (seen) return c;
  if ((first && first->still_alive()) || place_.empty() || postgres::place_of(c) != place_) elsewhere(c, first);
  return c;
}

} // namespace davit::lifecycle
