// A folder of its own for a test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace davit::test {

// Removed with everything in it at the end, unless the test failed and DAVIT_KEEP is set in the environment: then its
// path is printed.
class temp_folder {
public:
  temp_folder();
  ~temp_folder();
  temp_folder(const temp_folder &) = delete;
  temp_folder &operator=(const temp_folder &) = delete;

  const std::filesystem::path &path() const { return path_; } // absolute, without symbolic links

  // Writes `name` below the folder, with the folders it needs; replaces what is there. Returns its absolute path.
  std::filesystem::path write(const std::filesystem::path &name, std::string_view text) const;
  // Throws std::runtime_error if there is no such file.
  std::string read(const std::filesystem::path &name) const;
  // Everything below, relative and sorted.
  std::vector<std::string> names() const;

private:
  std::filesystem::path path_;
  int exceptions_; // in flight when the folder was made
};

} // namespace davit::test
