#include "bench/project.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace davit::bench {

namespace fs = std::filesystem;

project::project(std::string_view toml) {
  auto pattern = (fs::temp_directory_path() / "davit-bench-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::system_error(errno, std::generic_category(), "mkdtemp " + pattern);
  folder_ = fs::canonical(pattern);
  fs::create_directory(migrations());
  write("davit.toml", toml);
}

project::~project() {
  std::error_code why;
  fs::remove_all(folder_, why);
  if (why) std::fprintf(stderr, "%s is left behind: %s\n", folder_.c_str(), why.message().c_str());
}

fs::path project::write(const fs::path &name, std::string_view text) const {
  const auto file = folder_ / name;
  std::ofstream out(file, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  return file;
}

command project::up(const setting &s, const std::string &url) const {
  return {
      {s.davit.string(), "--config", (folder_ / "davit.toml").string(), "up"}, {{"DAVIT_DATABASE_URL", url}}, folder_};
}

std::string version_text(std::size_t n) {
  std::string digits = std::to_string(n);
  return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

std::vector<std::string> write_trivial_migrations(const project &p, std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t n = 1; n <= count; ++n) {
    out.push_back("CREATE TABLE t" + std::to_string(n) + " (id int);\n");
    p.write("migrations/" + version_text(n) + "_t" + std::to_string(n) + ".up.sql", out.back());
  }
  return out;
}

} // namespace davit::bench
