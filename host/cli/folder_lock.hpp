// One process at a time in a folder.
#pragma once

#include <filesystem>

namespace davit::cli {

// Waits for an exclusive lock on a folder (flock) and holds it while it lives. On a file system that cannot lock
// folders, such as NFS, it holds nothing. Throws error_code::io.
class folder_lock {
public:
  explicit folder_lock(const std::filesystem::path &folder);
  folder_lock(const folder_lock &) = delete;
  folder_lock &operator=(const folder_lock &) = delete;
  ~folder_lock();

private:
  int fd_;
};

} // namespace davit::cli
