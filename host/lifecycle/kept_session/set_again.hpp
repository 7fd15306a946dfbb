// Makes of a session what was kept of another one.
#pragma once

#include "lifecycle/kept_session/ask_session.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace davit::lifecycle {

// Settings that sessions begin with otherwise since then: ALTER DATABASE, ALTER ROLE, PGOPTIONS.
struct changed_beginnings {
  std::vector<std::string> set_back; // they are as they were before
  std::vector<std::string> left;     // this role may not set them
  std::vector<std::string> emptied;  // with a dot in their names: there were none
  std::string not_asked;             // why some of these may not have been found, or nothing
};

class set_again {
public:
  // `anew`: settings that statements have set since, or that what goes on sets first of all: they may fail. `c` has
  // what sessions begin with, and speaks UTF-8, as it does when a function is called.
  set_again(postgres::connection &c, const kept_session &then, std::set<std::string> anew, std::string_view file);

  // Sets what differs. Throws what the server refuses of what the file had set, naming the setting.
  changed_beginnings settings();
  // As when that statement was prepared.
  void settings_of_prepared(const std::string &name);
  // The same of who the session is, which may be allowed less: afterwards.
  void roles();
  // And of what davit sets itself, the encoding included, unless the file had set it otherwise: last of all.
  void own(const config::database_settings &ours);

  // The setting that the server did not take.
  const std::string &refused() const { return refused_; }

private:
  bool set(const std::string &name, const std::string &value);
  void set_by_name(changed_beginnings &out);

  postgres::connection &c_;
  const kept_session &then_;
  const std::set<std::string> anew_;
  std::map<std::string, std::string> by_name_; // those with a dot that no library has declared, and as they were
  std::string not_asked_;
  std::string refused_;
  std::string encoding_; // before settings()
};

} // namespace davit::lifecycle
