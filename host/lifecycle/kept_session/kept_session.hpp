// What a session had that is in no table: what is kept of it in the ledger when its migration stops half-way.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace davit::lifecycle {

struct kept_session {
  struct setting {
    std::string value, source; // of pg_settings; "davit": one of its own, as it sets it
  };
  struct object {
    std::string kind, name; // "temporary table", "stash"
  };
  std::map<std::string, setting> settings; // by name
  std::string user;                        // of SET SESSION AUTHORIZATION; empty: the one that connected
  std::string role;
  std::vector<std::string> withheld; // names of those that were set, and may be secrets
  // The settings that a prepared statement was prepared under, where they are others.
  std::map<std::string, std::map<std::string, std::string>> prepared;

  bool asked_for_more = false; // for what follows, too; older davits did not
  std::string not_asked;       // why some settings of a name with a dot may be missing, or nothing
  std::vector<object> objects; // that nobody else sees, and that end with it
};

// Takes out what its name or its value calls a secret, of names with a dot: what others than the server have declared.
void withhold_secrets(kept_session &kept);

// Text that every database can keep.
std::string to_json(const kept_session &kept);
// Throws ledger_conflict for anything else.
kept_session read_kept_session(const std::string &json);

} // namespace davit::lifecycle
