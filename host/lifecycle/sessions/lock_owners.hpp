// Who holds davit's own locks, as any session can see.
#pragma once

#include "postgres/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace davit::lifecycle {

struct lock_owner {
  std::string pid;
  std::string text;        // "pid 7 (user u, 'davit lock', from local, since …: query)", as far as it can be seen
  std::string begun;       // its session, as the ledger writes times
  std::string who_may_end; // if this role may not: "which only … may do"

  std::string how_to_end() const;
};

struct lock_owners {
  std::optional<lock_owner> run, work;
};

// Whoever holds the one lock, for a session that waits for it: it takes next to no time, and tells what it can.
lock_owner holder_of(postgres::connection &c, std::int64_t key, const std::string &schema);

// Both as they are at one moment; where nobody holds either, `work` is session_in_progress(). `schema` is the ledger's.
lock_owners owners_of_locks(postgres::connection &c, const std::string &schema);

// The session that the ledger's progress names, if it is still there: its statement may have given up all locks, and be
// at work all the same. The ledger has the table.
std::optional<lock_owner> session_in_progress(postgres::connection &c, const std::string &schema);

// The same, where it is there and has nothing to do.
bool idle_session_in_progress(postgres::connection &c, const std::string &schema);

} // namespace davit::lifecycle
