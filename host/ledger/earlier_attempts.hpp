// What the ledger has of the runs that have been at a migration without a transaction and did not complete it, for
// whoever goes on with it, or begins it once more.
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
  struct subject {
    migration::version id;
    bool up;
    std::string last = {}; // the run that the row names of one that is half-way
  };
  // The session's search_path is pg_catalog. `version`: of the ledger's tables.
  earlier_attempts(postgres::connection &session, const std::string &schema, int version, const subject &about);

  // What runs that are over have left since then, of handlers that were called or of statements. Whether it will be
  // begun anew goes by the migration's state now.
  static std::vector<subject> called_in(postgres::connection &session, const std::string &schema, int version);

  // The migration's stats as the last of them that could write down any has left them, as plugin::stat_store has it;
  // empty if none could, as after kill -9.
  std::string stats();

  struct writer {
    std::string plugin, handler, phase;
    std::int64_t rows_affected;
  };
  // Handlers in that migration that have written, or may have, in the order of their first calls.
  std::vector<writer> writers();

  // Of those that were not there any more to write down what handlers did: whom they had called, or were about to, of
  // such as may write: "PLUGIN.HANDLER at PHASE, …". `known` is false where one had such plugins, and left no word.
  struct untold {
    std::string handlers;
    bool known;
  };
  untold perhaps_written();

private:
  postgres::connection &c_;
  std::string runs_, schema_, version_, last_;
};

} // namespace davit::ledger
