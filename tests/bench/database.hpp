// The server that all benchmarks of a run share, and databases that are as good as new for each repetition.
#pragma once

#include "postgres/connection.hpp"
#include "postgres/private_server.hpp"

#include <functional>
#include <string>

namespace davit::bench {

// Started at the first call, stopped at the end of the program; on a Unix socket. It commits as PostgreSQL does unless
// told otherwise, which is what deployments wait for.
const postgres::private_server &server();
// Before the first call: without waiting for the disk. The server's share of the time is then as small as it can be,
// and what a client adds shows most.
void use_server_without_fsync();

postgres::connection connect(const std::string &url);

// A database that is prepared once and copied, outside of the clock, for each repetition.
class prepared_database {
public:
  prepared_database();
  ~prepared_database();
  prepared_database(const prepared_database &) = delete;
  prepared_database &operator=(const prepared_database &) = delete;

  std::string url() const { return server().url(name_); }
  // Calls `use` with the name of a copy that has been connected to before, so that the server's caches of the new
  // database are filled, and drops it.
  void with_copy(const std::function<void(const std::string &name)> &use) const;

private:
  std::string name_;
};

} // namespace davit::bench
