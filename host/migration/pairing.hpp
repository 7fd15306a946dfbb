// Which files make one migration, and which do not go together.
#pragma once

#include "migration/file_name.hpp"
#include "migration/files.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace davit::migration {

// All that is wrong with a folder, so that it can be put right in one go.
class file_problems {
public:
  // `first_file` is the name to sort by.
  void add(std::string first_file, std::string message, std::string hint);
  // Throws error_code::migration_file.
  void throw_if_any(const std::filesystem::path &dir);

private:
  struct problem {
    std::string first_file, message, hint;
  };
  std::vector<problem> all_;
};

struct found_file {
  file_name name;
  std::filesystem::path path;
};

// The migrations in ascending order; files that do not go together are left out and reported to `problems`.
std::vector<migration_files> pair_files(std::vector<found_file> found, file_problems &problems);

} // namespace davit::migration
