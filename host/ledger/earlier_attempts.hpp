// What the ledger has of the runs that have been at a migration which is half-way, for whoever goes on with it.
#pragma once

#include "migration/files.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace davit::ledger {

// All of them since it was last applied or reverted, in this direction.
class earlier_attempts {
public:
  // `last`: the run that the migration's row names. The session's search_path is pg_catalog.
  earlier_attempts(postgres::connection &session, const std::string &schema, const migration::version &half_way,
                   bool up, const std::string &last);

  // The migration's stats as the last of them that could write down any has left them, as plugin::stat_store has it;
  // empty if none could, as after kill -9.
  std::string stats();

  struct writer {
    std::string plugin, handler, phase;
    std::int64_t rows_affected;
  };
  // Handlers in that migration that have written, or may have, in the order of their first calls.
  std::vector<writer> writers();

  // One of them had plugins that may write, and was not there any more to write down what they did.
  bool writers_are_unknown();

private:
  postgres::connection &c_;
  std::string runs_, schema_, version_, last_;
};

} // namespace davit::ledger
