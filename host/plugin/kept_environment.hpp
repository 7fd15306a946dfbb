// The environment variables by which libpq and davit find out where to connect, as whom and how. They belong to the
// whole process: a plugin that sets one, for a client library of its own, would send davit's next session elsewhere.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

namespace davit::plugin {

class kept_environment {
public:
  kept_environment(); // as it is now
  // Puts back what differs. A microsecond or two; from any thread of davit's.
  void put_back();
  // The names of what was put back since this was asked last.
  std::set<std::string> changed();

private:
  std::map<std::string, std::string> values_;
  std::mutex mutex_;
  std::set<std::string> changed_;
};

} // namespace davit::plugin
