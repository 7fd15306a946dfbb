#include "base/file.hpp"

#include "support/temp_folder.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace fs = std::filesystem;

namespace {

// errno of the refusal; the test fails if the file was read.
int refusal(const fs::path &file) {
  try {
    davit::read_file(file);
  } catch (const std::system_error &problem) {
    CHECK(problem.code().category() == std::generic_category());
    return problem.code().value();
  }
  FAIL("read " << file);
  return 0;
}

} // namespace

TEST_CASE("a file is read byte for byte") {
  const davit::test::temp_folder folder;
  using namespace std::string_literals;
  for (const auto &bytes : {""s, "x"s, "two\r\nlines\n"s, "\xEF\xBB\xBF\0\xFF"s, std::string(4096, 'a'),
                            std::string(4097, 'b'), std::string(1'000'000, 'c')}) {
    CAPTURE(bytes.size());
    CHECK((davit::read_file(folder.write("file", bytes)) == bytes));
  }
}

TEST_CASE("a file that has no size in advance is read to its end") {
  CHECK(davit::read_file("/proc/self/status").find("VmHWM") != std::string::npos);
}

TEST_CASE("a link is followed") {
  const davit::test::temp_folder folder;
  folder.write("file", "text");
  fs::create_symlink("file", folder.path() / "link");
  CHECK(davit::read_file(folder.path() / "link") == "text");
}

TEST_CASE("what is no regular file is refused with the reason") {
  const davit::test::temp_folder folder;
  CHECK(refusal(folder.path() / "missing") == ENOENT);
  CHECK(refusal(folder.path()) == EISDIR);
  fs::create_symlink("nowhere", folder.path() / "dangling");
  CHECK(refusal(folder.path() / "dangling") == ENOENT);
  CHECK(refusal("/dev/null") == EINVAL);
}
