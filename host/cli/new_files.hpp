// Files and folders that come into being together or not at all.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace davit::cli {

// What was created is removed again by the destructor, unless keep() was called.
class new_files {
public:
  new_files() = default;
  new_files(const new_files &) = delete;
  new_files &operator=(const new_files &) = delete;
  ~new_files();

  // Creates a folder and its missing parents; one that exists is left as it is and will not be removed.
  // Throws error_code::io.
  void add_folder(const std::filesystem::path &path);

  // Creates a file; never overwrites or follows what is there, be it a dangling link. Throws error_code::io.
  void add_file(const std::filesystem::path &path, std::string_view content);

  // What was created, in that order; it stays.
  std::vector<std::filesystem::path> keep();

private:
  std::vector<std::filesystem::path> created_;
};

} // namespace davit::cli
