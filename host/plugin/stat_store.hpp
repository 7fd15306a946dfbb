// The key/value store that all plugins of a run share: one layer for the run and one for the migration under way on
// top. Used by the run's thread only.
#pragma once

#include "plugin/value.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::plugin {

struct stat_entry {
  value content;
  std::string written_by; // name of the [[plugins]] entry
  std::string phase;
};

using stat_layer = std::map<std::string, stat_entry, std::less<>>;

class stat_store {
public:
  // Everything written from here on can be taken back by revert().
  std::size_t mark() const { return undo_.size(); }
  void revert(std::size_t to);

  // A migration's layer: from pre_execute to post_execute or on_error. Closing keeps it as "migration/VERSION/KEY".
  void open_layer(std::string version);
  void close_layer();
  // Of a migration that goes on: what an earlier run left in its layer, as to_json() has it. False, and nothing, if it
  // does not look so.
  bool restore_layer(const std::string &json);

  // Null if there is no such entry. A read falls through the migration's layer to the run's.
  const stat_entry *find(std::string_view key) const;
  // Writes into the layer of the moment; monostate removes, also what a read would fall through to.
  void set(std::string_view key, stat_entry entry);

  // All that a reader sees, as one JSON object.
  std::string visible_as_json() const;
  // {"run": {KEY: {"value": …, "by": …, "phase": …}}, "migrations": {VERSION: {KEY: …}}}
  std::string to_json() const;

private:
  struct change {
    bool in_layer;
    std::string key;
    std::optional<stat_entry> before;
  };
  stat_layer run_;
  std::optional<stat_layer> layer_;
  std::string version_;
  std::vector<change> undo_;
};

// Keys are 1 to 255 bytes of text without control characters.
bool is_stat_key(std::string_view key);

} // namespace davit::plugin
