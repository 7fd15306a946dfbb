// A davit project in a temporary folder, for a benchmark to run davit on.
#pragma once

#include "bench/benchmark.hpp"
#include "bench/child.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace davit::bench {

class project {
public:
  explicit project(std::string_view toml = "environment = \"bench\"\n");
  ~project();
  project(const project &) = delete;
  project &operator=(const project &) = delete;

  const std::filesystem::path &folder() const { return folder_; }
  std::filesystem::path migrations() const { return folder_ / "migrations"; }

  // Writes any file below the folder; returns its path.
  std::filesystem::path write(const std::filesystem::path &name, std::string_view text) const;

  // `davit up` on the database at `url`.
  command up(const setting &s, const std::string &url) const;

private:
  std::filesystem::path folder_;
};

// Version n as the files are named, "00017".
std::string version_text(std::size_t n);

// COUNT migrations CREATE TABLE tN(id int), from 1; the statements.
std::vector<std::string> write_trivial_migrations(const project &p, std::size_t count);

} // namespace davit::bench
