// A library that others could replace is not loaded, however the path leads to it.
#include "hostile_run.hpp"

#include "support/temp_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <stdexcept>

#include <sys/stat.h>
#include <unistd.h>

using namespace davit::test;
namespace fs = std::filesystem;

namespace {

constexpr uid_t stranger = 65534;

void mode(const fs::path &path, mode_t bits) {
  if (::chmod(path.c_str(), bits) != 0) throw std::runtime_error("chmod " + path.string());
}
void give_away(const fs::path &path) {
  if (::lchown(path.c_str(), stranger, stranger) != 0) throw std::runtime_error("chown " + path.string());
}

// FOLDER/outer/inner/libvillain.so, and FOLDER/link, which leads to outer/inner.
struct place : temp_folder {
  fs::path outer = path() / "outer", inner = outer / "inner", file = inner / "libvillain.so", link = path() / "link";
  place() {
    fs::create_directories(inner);
    fs::copy_file(test_plugin("hostile"), file);
    fs::create_directory_symlink("outer/inner", link);
  }
};

void check_unsafe(const fs::path &library, std::string_view words) {
  const hostile_project p(with_library(library));
  const auto run = up(p, 4);
  CAPTURE(run.answer().dump());
  CHECK(run.answer().text("/error/code") == "plugin_unsafe");
  CHECK(run.answer().text("/error/plugin") == "villain");
  CHECK(has(run.answer().text("/error/message"), words));
  CHECK(has(run.answer().text("/error/hint"), "allow_writable = true"));
  check_nothing_happened(p);
  p.configure(with_library(library, "allow_writable = true"));
  up(p, 0);
}

} // namespace

TEST_CASE("a library is loaded where nobody else can write, also through a link and in a sticky folder") {
  const place at;
  mode(at.outer, 01777);
  for (const auto &path : {at.file, at.link / "libvillain.so", at.outer / "inner" / ".." / "inner" / "libvillain.so"}) {
    CAPTURE(path.string());
    up(hostile_project(with_library(path)), 0);
  }
}

TEST_CASE("a library that everybody may write to is refused, and so is each folder on the way to it") {
  {
    const place at;
    mode(at.file, 0666);
    check_unsafe(at.file, "everybody may write to '" + at.file.string() + "'");
  }
  {
    const place at;
    mode(at.inner, 0777);
    check_unsafe(at.file, "everybody may write to '" + at.inner.string() + "'");
  }
  {
    const place at;
    mode(at.outer, 0777);
    check_unsafe(at.file, "everybody may write to '" + at.outer.string() + "'");
    check_unsafe(at.link / "libvillain.so", "everybody may write to '" + at.outer.string() + "'");
  }
}

TEST_CASE("a folder that a group may write to is refused") {
  const place at;
  if (::chown(at.inner.c_str(), ::geteuid(), stranger) != 0) {
    MESSAGE("not tried: only root can give a folder to a group that is not its own");
    return;
  }
  mode(at.inner, 0775);
  check_unsafe(at.file, "others may write, by its group, to '" + at.inner.string() + "'");
}

TEST_CASE("what belongs to another user is refused: the file, a folder, a sticky folder, a link") {
  if (::geteuid() != 0) {
    MESSAGE("not tried: only root can give files away");
    return;
  }
  struct row {
    const char *what;
    std::function<fs::path(const place &)> given;
  };
  const row rows[] = {{"file", [](const place &at) { return at.file; }},
                      {"folder", [](const place &at) { return at.inner; }},
                      {"folder above", [](const place &at) { return at.outer; }},
                      {"link", [](const place &at) { return at.link; }}};
  for (const auto &[what, given] : rows) {
    const std::string row_is(what);
    CAPTURE(row_is);
    const place at;
    give_away(given(at));
    check_unsafe(at.link / "libvillain.so", " owns '" + given(at).string() + "'");
  }
  const place at;
  mode(at.outer, 01777);
  give_away(at.outer);
  check_unsafe(at.file, " owns '" + at.outer.string() + "'");
}

TEST_CASE("the link's own folder counts: who may write there may point it elsewhere") {
  const place at;
  const fs::path open = at.path() / "open";
  fs::create_directory(open);
  fs::create_symlink(at.file, open / "libvillain.so");
  mode(open, 0777);
  check_unsafe(open / "libvillain.so", "everybody may write to '" + open.string() + "'");
}

TEST_CASE("links that lead in a circle are refused") {
  const temp_folder at;
  fs::create_symlink("b.so", at.path() / "a.so");
  fs::create_symlink("a.so", at.path() / "b.so");
  const hostile_project p(with_library(at.path() / "a.so"));
  CHECK(up(p, 4).answer().text("/error/code") == "plugin_file");
}
