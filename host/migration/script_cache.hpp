// Scripts that were read when the run was planned, kept until they run: what was checked is what is run, and most files
// are read once.
#pragma once

#include "migration/script.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>

namespace davit::migration {

class script_cache {
public:
  // Reads and checks the file, as read_script and then `more` do, and keeps it if there is room.
  void read(const std::filesystem::path &file, const std::function<void(const script &)> &more = {});
  // The one that is kept, or else read now.
  script take(const std::filesystem::path &file);

private:
  std::map<std::filesystem::path, script> kept_;
  std::size_t bytes_ = 0;
};

} // namespace davit::migration
