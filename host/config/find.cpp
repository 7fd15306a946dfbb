#include "config/settings.hpp"

#include <system_error>

namespace davit::config {

std::filesystem::path find(const std::filesystem::path &start) {
  for (auto dir = std::filesystem::absolute(start).lexically_normal();; dir = dir.parent_path()) {
    const auto file = dir / "davit.toml";
    std::error_code problem;
    const bool found = std::filesystem::exists(file, problem);
    // Passing over a folder that cannot be looked into could find another project's file further up.
    if (problem)
      throw error(error_code::config_unreadable, "cannot look for a configuration file: " + problem.message(),
                  "name the file that you mean with --config", {file.string()});
    if (found) return file;
    if (dir == dir.parent_path()) return {};
  }
}

} // namespace davit::config
