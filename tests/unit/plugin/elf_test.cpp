// A library that is damaged, or made for something else, is refused in words before the dynamic linker sees it.
#include "plugin/elf.hpp"

#include "base/file.hpp"
#include "refusal.hpp"

#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>

using davit::error;
using davit::error_code;
using davit::plugin::inspect_elf;
using davit::test::has;
using davit::test::refusal;

namespace {

constexpr auto entry = "davit_plugin_v1";

const std::string &library() {
  static const std::string bytes = davit::read_file(DAVIT_TEST_LIBRARY);
  return bytes;
}

template <class T> std::string with(std::size_t offset, T value) {
  std::string out = library();
  std::memcpy(out.data() + offset, &value, sizeof(value));
  return out;
}

// The library with another name in place of its entry function's, as long as that.
std::string with_entry(std::string_view name) {
  std::string out = library();
  for (auto at = out.find(entry); at != std::string::npos; at = out.find(entry, at + 1))
    out.replace(at, name.size(), name);
  return out;
}

error refused(const std::string &bytes) {
  return refusal([&] { inspect_elf(bytes, entry); });
}

} // namespace

TEST_CASE("a real library shows its entry function, what it needs, and which glibc") {
  const auto facts = inspect_elf(library(), entry);
  CHECK(has(refusal([] { inspect_elf(library(), "printf"); }).message, "this davit speaks 'printf'"));
  CHECK(has(refusal([] { inspect_elf(library(), "davit_plugin_v"); }).message, "it exports 'davit_plugin_v1'"));
  CHECK(std::find(facts.needed.begin(), facts.needed.end(), "libc.so.6") != facts.needed.end());
  CHECK(facts.glibc.starts_with("GLIBC_2."));
}

TEST_CASE("a library cut off anywhere is refused, and nothing outside of it is read") {
  for (std::size_t size = 0; size < library().size(); size += 64) {
    CAPTURE(size);
    // A heap block of exactly that size, so that sanitizers see every byte too far.
    const std::string cut = library().substr(0, size);
    CHECK(davit::name_of(refused(cut).code) == davit::name_of(error_code::plugin_file));
  }
  const auto almost = refused(library().substr(0, library().size() - 1));
  CHECK(has(almost.message, "cut off"));
  CHECK(has(almost.hint, "copy the file again"));
}

TEST_CASE("what is no library of this machine is told from what is damaged") {
  struct row {
    std::string bytes;
    std::string words;
  };
  const row rows[] = {
      {"", "not a shared library"},
      {"\x7f"
       "ELF",
       "cut off"},
      {"#!/bin/sh\necho this is a script, not a library; it is long enough to hold a header\n", "no ELF header"},
      {with(EI_CLASS, std::uint8_t{ELFCLASS32}), "not 64-bit"},
      {with(EI_DATA, std::uint8_t{ELFDATA2MSB}), "not 64-bit"},
      {with(offsetof(Elf64_Ehdr, e_machine), std::uint16_t{EM_RISCV}), "another processor"},
      {with(offsetof(Elf64_Ehdr, e_type), std::uint16_t{ET_REL}), "link it with -shared"},
      {with(offsetof(Elf64_Ehdr, e_phnum), std::uint16_t{0}), "no dynamic section"},
      {with(offsetof(Elf64_Ehdr, e_phentsize), std::uint16_t{1}), "cut off"},
      {with(offsetof(Elf64_Ehdr, e_phoff), ~std::uint64_t{0}), "cut off"},
      {with(offsetof(Elf64_Ehdr, e_shoff), ~std::uint64_t{0}), "cut off"},
  };
  for (const auto &r : rows) {
    CAPTURE(r.words);
    const auto problem = refused(r.bytes);
    CHECK(davit::name_of(problem.code) == davit::name_of(error_code::plugin_file));
    CHECK(has(problem.message + problem.hint, r.words));
    CHECK_FALSE(problem.hint.empty());
  }
}

TEST_CASE("a library without the entry function is no plugin; one of another ABI major is named as such") {
  const auto stranger = refused(with_entry("xavit"));
  CHECK(davit::name_of(stranger.code) == davit::name_of(error_code::plugin_abi));
  CHECK(has(stranger.message, "it is no davit plugin"));
  CHECK(has(stranger.hint, "DAVIT_PLUGIN"));
  const auto newer = refused(with_entry("davit_plugin_v2"));
  CHECK(davit::name_of(newer.code) == davit::name_of(error_code::plugin_abi));
  CHECK(has(newer.message, "davit_plugin_v2"));
}

TEST_CASE("damage anywhere is survived: an answer or a refusal, never a crash") {
  std::mt19937 random(20240229); // the same damage each time
  std::uniform_int_distribution<std::size_t> where(0, library().size() - 1);
  std::uniform_int_distribution<std::size_t> in_headers(0, 4095);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = library();
    for (int i = 0; i < 4; ++i) bytes.at(i % 2 ? where(random) : in_headers(random)) = static_cast<char>(byte(random));
    try {
      inspect_elf(bytes, entry);
    } catch (const error &problem) {
      CHECK_FALSE(problem.message.empty());
    }
  }
}
