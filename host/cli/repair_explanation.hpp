// What stopped half-way, and the ways on: what `davit repair` says before anything is done.
#pragma once

#include "cli/terminal.hpp"
#include "migration/stopping_point.hpp"
#include "postgres/invalid_indexes.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace davit::cli {

struct stopped_migration {
  migration::stopping_point at;
  std::vector<postgres::invalid_index> leftovers; // what the statement that it stopped in leaves in failing
  std::string left_by;                            // for certain; empty: perhaps by that statement
  std::vector<std::string> notes;                 // one sentence each

  // One sentence for each of them.
  std::vector<std::string> about_leftovers() const;
};

// Every migration of `recorded` that stopped half-way. `schema`: the ledger's.
std::vector<stopped_migration> find_stopped(const migration::folder &folder,
                                            const std::vector<migration::recorded> &recorded, postgres::connection &c,
                                            const std::string &schema);

void print(terminal &t, const stopped_migration &m);
nlohmann::ordered_json to_json(const stopped_migration &m);

} // namespace davit::cli
