// A regular file that is only in memory, for code that wants to read one.
#pragma once

#include <filesystem>
#include <string_view>

namespace davit::fuzz {

class memory_file {
public:
  memory_file();
  explicit memory_file(std::string_view bytes) : memory_file() { write(bytes); }
  memory_file(const memory_file &) = delete;
  memory_file &operator=(const memory_file &) = delete;
  ~memory_file();

  void write(std::string_view bytes); // in place of what was there
  const std::filesystem::path &path() const { return path_; }

private:
  int descriptor_;
  std::filesystem::path path_;
};

} // namespace davit::fuzz
