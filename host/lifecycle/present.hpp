// The ledger as it is true at this moment, while others may be at work: for commands that only look.
#pragma once

#include "ledger/ledger.hpp"
#include "lifecycle/sessions/lock_owners.hpp"
#include "lifecycle/stepwise/earlier_handlers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace davit::lifecycle {

struct present {
  // What a run that lives, or a session that one has left behind, is at is "running", and at_work says who it is.
  std::vector<migration::recorded> migrations;
  std::vector<ledger::open_end> open_ends;
  std::vector<called_before> called;  // that will be begun anew
  std::optional<lock_owner> leftover; // of a run that is gone; its session is still at work

  // `folder`: null where the files cannot be read.
  static present look(postgres::connection &c, const std::string &schema, const migration::folder *folder);
};

// "run … is under way: by USER on HOST, …", "… ended without a word: …", "… was stopped".
std::string describe(const ledger::open_end &r);
std::string describe(const lock_owner &leftover);

} // namespace davit::lifecycle
