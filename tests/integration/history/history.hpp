// A long history of migrations, made of the traits of real ones.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace davit::test {

struct history_entry {
  std::string title; // VERSION_NAME, without a suffix
  std::string up;
  std::string down;

  std::filesystem::path up_file() const { return title + ".up.sql"; }
  std::filesystem::path down_file() const { return title + ".down.sql"; }
};

// The same one each time, in ascending order of the versions. These are of all styles: 1, 2, …, then 0060, then
// 14-digit timestamps.
std::vector<history_entry> make_history();

} // namespace davit::test
