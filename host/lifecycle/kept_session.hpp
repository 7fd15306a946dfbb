// What the session of a migration that stopped half-way was set to, whoever had set it: asked while it is there, and
// made so again in the session that goes on.
#pragma once

#include "postgres/connection.hpp"

#include <map>
#include <string>
#include <vector>

namespace davit::lifecycle {

struct kept_session {
  struct setting {
    std::string value, source;
  };
  std::map<std::string, setting> settings; // by name; davit's own are not among them
  std::string user;                        // of SET SESSION AUTHORIZATION; empty: the one that connected
  std::string role;
  std::vector<std::string> withheld; // names of those that were set, and may be secrets
};

// `c` is outside of a transaction, and is itself made fresh afterwards: role and timeouts do not stay as they were.
// Settings of names with a dot that no library has declared are not shown by the server, and not among them.
kept_session ask_session(postgres::connection &c);

// Takes out what its name calls a secret, of names with a dot: what others than the server have declared.
void withhold_secrets(kept_session &kept);

// Text that every database can keep.
std::string to_json(const kept_session &kept);
// Throws ledger_conflict for anything else.
kept_session read_kept_session(const std::string &json);

// Names of settings that sessions begin with otherwise since then: ALTER DATABASE, ALTER ROLE, PGOPTIONS. Those that
// were set as they were before, and those that this role may not set.
struct changed_beginnings {
  std::vector<std::string> set_back, left;
};

// Sets what differs. Throws what the server refuses of what the file had set, naming the setting.
changed_beginnings set_again(postgres::connection &c, const kept_session &then);
// The same of who the session is, which may be allowed less: afterwards.
void set_roles_again(postgres::connection &c, const kept_session &then);

} // namespace davit::lifecycle
