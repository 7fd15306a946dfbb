#include "support/temp_folder.hpp"

#include "support/failure_watch.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace davit::test {

namespace fs = std::filesystem;

temp_folder::temp_folder() : exceptions_(std::uncaught_exceptions()) {
  auto pattern = (fs::temp_directory_path() / "davit-test-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::system_error(errno, std::generic_category(), "mkdtemp " + pattern);
  path_ = fs::canonical(pattern);
}

temp_folder::~temp_folder() {
  const bool failed = test_case_has_failed() || std::uncaught_exceptions() > exceptions_;
  if (failed && std::getenv("DAVIT_KEEP")) {
    std::fprintf(stderr, "kept %s\n", path_.c_str());
    return;
  }
  std::error_code why;
  fs::remove_all(path_, why);
  if (why) std::fprintf(stderr, "%s is left behind: %s\n", path_.c_str(), why.message().c_str());
}

fs::path temp_folder::write(const fs::path &name, std::string_view text) const {
  const auto file = path_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  return file;
}

std::string temp_folder::read(const fs::path &name) const {
  std::ifstream in(path_ / name, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + (path_ / name).string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> temp_folder::names() const {
  std::vector<std::string> out;
  for (const auto &item : fs::recursive_directory_iterator(path_))
    out.push_back(item.path().lexically_relative(path_).string());
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace davit::test
