// A folder of its own for each test.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

struct empty_folder {
  empty_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "davit-cli-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    dir = pattern;
  }
  empty_folder(const empty_folder &) = delete;
  empty_folder &operator=(const empty_folder &) = delete;
  ~empty_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(dir, ignored);
  }

  void write(const std::filesystem::path &name, const std::string &text = "") const {
    std::filesystem::create_directories((dir / name).parent_path());
    std::ofstream out(dir / name, std::ios::binary);
    out << text;
    REQUIRE(out.flush());
  }

  std::string read(const std::filesystem::path &name) const {
    std::ifstream in(dir / name, std::ios::binary);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // Everything below, relative and sorted.
  std::vector<std::string> entries() const {
    std::vector<std::string> out;
    for (const auto &item : std::filesystem::recursive_directory_iterator(dir))
      out.push_back(item.path().lexically_relative(dir).string());
    std::sort(out.begin(), out.end());
    return out;
  }

  std::filesystem::path dir;
};

using names = std::vector<std::string>;
