// A folder of its own for each test, and an environment without davit's variables.
#pragma once

#include "config/settings.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

struct project_folder {
  project_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "davit-config-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    dir = std::filesystem::canonical(pattern);
    for (const auto *name : {"DAVIT_DATABASE_URL", "DAVIT_ENVIRONMENT"}) ::unsetenv(name);
  }
  project_folder(const project_folder &) = delete;
  project_folder &operator=(const project_folder &) = delete;
  ~project_folder() {
    for (const auto *name : {"DAVIT_DATABASE_URL", "DAVIT_ENVIRONMENT"}) ::unsetenv(name);
    std::error_code ignored;
    std::filesystem::remove_all(dir, ignored);
  }

  std::filesystem::path write(const std::string &text, const std::string &name = "davit.toml") const {
    const auto file = dir / name;
    std::ofstream out(file, std::ios::binary);
    out << text;
    REQUIRE(out.flush());
    return file;
  }

  davit::config::settings load(const std::string &text) const { return davit::config::load(write(text)); }

  // What load() throws; the test fails if it throws nothing.
  davit::error refusal(const std::string &text) const {
    try {
      load(text);
    } catch (const davit::error &problem) {
      return problem;
    }
    FAIL("accepted:\n" << text);
    return {davit::error_code::bug, ""};
  }

  std::filesystem::path dir;
};
