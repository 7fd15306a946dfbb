// A folder of its own for each test, gone afterwards.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <stdlib.h>

class folder_fixture {
public:
  folder_fixture() {
    std::string name = (std::filesystem::temp_directory_path() / "davit-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  folder_fixture(const folder_fixture &) = delete;
  folder_fixture &operator=(const folder_fixture &) = delete;
  ~folder_fixture() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path &path() const { return path_; }

  std::filesystem::path file(const std::string &name, std::string_view content = "select 1;\n") const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }

private:
  std::filesystem::path path_;
};
