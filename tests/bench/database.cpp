#include "bench/database.hpp"

#include <cstdio>

namespace davit::bench {
namespace {

bool durable = true;

void drop(const std::string &name) noexcept {
  try {
    connect(server().url()).exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  } catch (const std::exception &problem) { // the server goes away with its folder anyway
    std::fprintf(stderr, "database %s is left behind: %s\n", name.c_str(), problem.what());
  }
}

std::string fresh_name() {
  static unsigned count = 0;
  return "bench_" + std::to_string(++count);
}

} // namespace

void use_server_without_fsync() { durable = false; }

const postgres::private_server &server() {
  const char *wait = durable ? "on" : "off";
  // What the server does by itself in the background would meet one side or the other by chance.
  static const postgres::private_server one({.settings = {{"autovacuum", "off"},
                                                          {"checkpoint_timeout", "1h"},
                                                          {"max_wal_size", "4GB"},
                                                          {"fsync", wait},
                                                          {"synchronous_commit", wait},
                                                          {"full_page_writes", wait}},
                                             .bin_dir = {}});
  return one;
}

postgres::connection connect(const std::string &url) { return postgres::connection({url, "davit-bench"}); }

prepared_database::prepared_database() : name_(fresh_name()) {
  connect(server().url()).exec("CREATE DATABASE " + name_ + " TEMPLATE template0");
}

prepared_database::~prepared_database() { drop(name_); }

void prepared_database::with_copy(const std::function<void(const std::string &)> &use) const {
  const std::string copy = fresh_name();
  struct dropped {
    const std::string &name;
    ~dropped() { drop(name); }
  } const at_end{copy};
  connect(server().url()).exec("CREATE DATABASE " + copy + " TEMPLATE " + name_);
  connect(server().url(copy)).exec("SELECT count(*) FROM pg_catalog.pg_class");
  use(copy);
}

} // namespace davit::bench
