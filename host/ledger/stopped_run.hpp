// What the ledger has of the run in which a migration stopped, for whoever goes on with it.
#pragma once

#include "migration/files.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace davit::ledger {

class stopped_run {
public:
  // `run`: its UUID. The session's search_path is pg_catalog.
  stopped_run(postgres::connection &session, const std::string &schema, const std::string &run,
              const migration::version &stopped);

  // The migration's stats at its end, as plugin::stat_store writes them; empty where the run has none, as after kill
  // -9.
  std::string stats();

  struct call {
    std::string plugin, handler, phase;
    std::int64_t rows_affected;
  };
  // Of handlers in that migration that have written, or may have.
  std::vector<call> writing_calls();

  // It had plugins that may write, and was not there any more to write down what they did.
  bool calls_are_unknown();

private:
  postgres::connection &c_;
  std::string schema_, run_, version_;
};

} // namespace davit::ledger
