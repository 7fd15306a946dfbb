#include "plugin/elf.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>

#include <elf.h>
#include <gnu/libc-version.h>

namespace davit::plugin {
namespace {

[[noreturn]] void refuse(std::string what, std::string hint) {
  throw error(error_code::plugin_file, std::move(what), std::move(hint));
}

constexpr const char *copy_again = "copy the file again: it did not arrive whole";

// Bounds-checked access to the file by file offset, and by the virtual address its segments give it.
class image {
public:
  explicit image(std::string_view bytes) : bytes_(bytes) {}

  template <class T> T at(std::uint64_t offset) const {
    T out;
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) refuse("it is cut off", copy_again);
    std::memcpy(&out, bytes_.data() + offset, sizeof(T));
    return out;
  }

  // The bytes from `offset` on, at most as many as a name of a library, a version or davit's entry function can have:
  // thousands of names that overlap in a damaged file must not be read to their end.
  std::string_view bytes_at(std::uint64_t offset) const {
    if (offset >= bytes_.size()) refuse("it is cut off", copy_again);
    return bytes_.substr(offset, longest_name);
  }

  std::string text_at(std::uint64_t offset) const {
    const auto text = bytes_at(offset);
    const auto end = text.find('\0');
    if (end == std::string_view::npos) refuse("its names do not end", copy_again);
    return std::string(text.substr(0, end));
  }

  void add_segment(const Elf64_Phdr &p) { loads_.push_back(p); }

  std::uint64_t offset_of(std::uint64_t address) const {
    for (const auto &p : loads_)
      if (address >= p.p_vaddr && address - p.p_vaddr < p.p_filesz) return p.p_offset + (address - p.p_vaddr);
    refuse("its dynamic section points outside of the file", "build it again: it was damaged or stripped too far");
  }

  std::size_t size() const { return bytes_.size(); }

private:
  static constexpr std::size_t longest_name = 4096;

  std::string_view bytes_;
  std::vector<Elf64_Phdr> loads_;
};

void check_header(const image &file, const Elf64_Ehdr &h) {
  if (std::memcmp(h.e_ident, ELFMAG, SELFMAG) != 0)
    refuse("it is not a shared library (no ELF header)", "give the path of the compiled plugin, a .so file");
  if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB)
    refuse("it was built for another kind of machine (not 64-bit little-endian)", "build it for this machine");
#if defined(__x86_64__)
  constexpr auto machine = EM_X86_64;
#elif defined(__aarch64__)
  constexpr auto machine = EM_AARCH64;
#else
#error "name this machine's ELF code here"
#endif
  if (h.e_machine != machine)
    refuse("it was built for another processor (ELF machine " + std::to_string(h.e_machine) + ", this one is " +
               std::to_string(machine) + ")",
           "build it for this machine");
  if (h.e_type != ET_DYN) refuse("it is not a shared library", "link it with -shared");
  if (h.e_phentsize != sizeof(Elf64_Phdr) || h.e_phoff > file.size() ||
      h.e_phnum > (file.size() - h.e_phoff) / sizeof(Elf64_Phdr))
    refuse("it is cut off", copy_again);
  // Linkers put the section headers last. The dynamic linker does not need them, but where they are missing the file is
  // not the one that was built.
  if (h.e_shoff > file.size() || (h.e_shoff && h.e_shnum > (file.size() - h.e_shoff) / sizeof(Elf64_Shdr)))
    refuse("it is cut off", copy_again);
}

struct dynamic {
  std::uint64_t strings = 0, symbols = 0, hash = 0, gnu_hash = 0, verneed = 0, verneed_count = 0;
  std::vector<std::uint64_t> needed;
};

dynamic read_dynamic(const image &file, const Elf64_Phdr &segment) {
  dynamic d;
  const std::uint64_t count = segment.p_filesz / sizeof(Elf64_Dyn);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto entry = file.at<Elf64_Dyn>(segment.p_offset + i * sizeof(Elf64_Dyn));
    switch (entry.d_tag) {
    case DT_NULL: return d;
    case DT_NEEDED: d.needed.push_back(entry.d_un.d_val); break;
    case DT_STRTAB: d.strings = entry.d_un.d_ptr; break;
    case DT_SYMTAB: d.symbols = entry.d_un.d_ptr; break;
    case DT_HASH: d.hash = entry.d_un.d_ptr; break;
    case DT_GNU_HASH: d.gnu_hash = entry.d_un.d_ptr; break;
    case DT_VERNEED: d.verneed = entry.d_un.d_ptr; break;
    case DT_VERNEEDNUM: d.verneed_count = entry.d_un.d_val; break;
    default: break;
    }
  }
  return d;
}

// The dynamic symbol table does not tell its length; the hash tables do.
std::uint64_t symbol_count(const image &file, const dynamic &d) {
  if (d.hash) return file.at<std::uint32_t>(file.offset_of(d.hash) + 4);
  if (!d.gnu_hash) return 0;
  const std::uint64_t at = file.offset_of(d.gnu_hash);
  const auto buckets = file.at<std::uint32_t>(at);
  const auto first = file.at<std::uint32_t>(at + 4);
  const auto bloom = file.at<std::uint32_t>(at + 8);
  const std::uint64_t bucket_at = at + 16 + std::uint64_t{bloom} * 8;
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < buckets; ++i)
    last = std::max<std::uint64_t>(last, file.at<std::uint32_t>(bucket_at + i * 4));
  if (last < first) return first;
  const std::uint64_t chain_at = bucket_at + std::uint64_t{buckets} * 4;
  while ((file.at<std::uint32_t>(chain_at + (last - first) * 4) & 1U) == 0) ++last;
  return last + 1;
}

std::optional<std::pair<int, int>> glibc_version(std::string_view name) {
  constexpr std::string_view prefix = "GLIBC_";
  if (!name.starts_with(prefix)) return std::nullopt;
  int major = 0;
  int minor = 0;
  const char *const end = name.data() + name.size();
  const auto dot = std::from_chars(name.data() + prefix.size(), end, major);
  if (dot.ec != std::errc{} || dot.ptr == end || *dot.ptr != '.') return std::nullopt; // GLIBC_PRIVATE
  if (std::from_chars(dot.ptr + 1, end, minor).ec != std::errc{}) return std::nullopt;
  return std::pair(major, minor);
}

std::string newest_glibc(const image &file, const dynamic &d, std::uint64_t strings) {
  std::pair<int, int> newest{0, 0};
  std::string name;
  if (!d.verneed) return name;
  std::uint64_t at = file.offset_of(d.verneed);
  std::uint64_t left = file.size() / sizeof(Elf64_Vernaux); // there cannot be more that do not overlap
  for (std::uint64_t i = 0; i < d.verneed_count; ++i) {
    const auto need = file.at<Elf64_Verneed>(at);
    std::uint64_t aux_at = at + need.vn_aux;
    for (std::uint32_t k = 0; k < need.vn_cnt; ++k) {
      if (left-- == 0) refuse("its version needs overlap", "build it again: it was damaged");
      const auto aux = file.at<Elf64_Vernaux>(aux_at);
      const std::string version = file.text_at(strings + aux.vna_name);
      if (const auto v = glibc_version(version); v && *v > newest) {
        newest = *v;
        name = version;
      }
      if (!aux.vna_next) break;
      aux_at += aux.vna_next;
    }
    if (!need.vn_next) break;
    at += need.vn_next;
  }
  return name;
}

void check_libc(const elf_facts &facts) {
  const bool musl = std::any_of(facts.needed.begin(), facts.needed.end(),
                                [](const std::string &n) { return n.starts_with("libc.musl"); });
  if (musl) refuse("it was built against musl; this davit runs on glibc", "build it, or fetch the pack, for linux gnu");
  const auto wanted = glibc_version(facts.glibc);
  const auto here = glibc_version(std::string("GLIBC_") + gnu_get_libc_version());
  if (wanted && here && *wanted > *here)
    refuse("it needs " + facts.glibc + ", this machine has glibc " + gnu_get_libc_version(),
           "build it on a system that is no newer than this one, or upgrade this one");
}

// Refuses a library without the entry symbol, naming that of another ABI major if there is one.
void check_entry(const image &file, const dynamic &d, std::uint64_t strings, std::string_view entry_symbol) {
  const std::uint64_t symbols = file.offset_of(d.symbols);
  const std::uint64_t count = symbol_count(file, d);
  std::optional<std::uint64_t> other;
  for (std::uint64_t i = 1; i < count; ++i) {
    const auto symbol = file.at<Elf64_Sym>(symbols + i * sizeof(Elf64_Sym));
    if (symbol.st_shndx == SHN_UNDEF) continue;
    const auto name = file.bytes_at(strings + symbol.st_name);
    if (name.starts_with(entry_symbol) && name.substr(entry_symbol.size()).starts_with('\0')) return;
    if (name.starts_with("davit_plugin_v")) other = strings + symbol.st_name;
  }
  if (other)
    throw error(error_code::plugin_abi,
                "it exports '" + file.text_at(*other) + "'; this davit speaks '" + std::string(entry_symbol) + "'",
                "take a build of the plugin for this davit's ABI major, or another davit");
  throw error(
      error_code::plugin_abi, "it does not export '" + std::string(entry_symbol) + "': it is no davit plugin",
      "in C++ end the source with DAVIT_PLUGIN(…) or DAVIT_HOOKS(…); in C define davit_plugin_v1 with DAVIT_EXPORT");
}

} // namespace

elf_facts inspect_elf(std::string_view bytes, std::string_view entry_symbol) {
  image file(bytes);
  if (bytes.size() < sizeof(Elf64_Ehdr)) {
    const bool looks_right = bytes.starts_with(ELFMAG);
    refuse(looks_right ? "it is cut off" : "it is not a shared library (no ELF header)",
           looks_right ? copy_again : "give the path of the compiled plugin, a .so file");
  }
  const auto header = file.at<Elf64_Ehdr>(0);
  check_header(file, header);

  std::optional<Elf64_Phdr> dynamic_segment;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto p = file.at<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
    // The linker maps what the headers promise; reading past the end of the file would be SIGBUS.
    if (p.p_type != PT_NULL && (p.p_offset > file.size() || p.p_filesz > file.size() - p.p_offset))
      refuse("it is cut off: its headers promise " + std::to_string(p.p_offset + p.p_filesz) + " bytes, the file has " +
                 std::to_string(file.size()),
             copy_again);
    if (p.p_type == PT_LOAD) file.add_segment(p);
    if (p.p_type == PT_DYNAMIC) dynamic_segment = p;
  }
  if (!dynamic_segment) refuse("it is not a shared library (no dynamic section)", "link it with -shared");

  const dynamic d = read_dynamic(file, *dynamic_segment);
  if (!d.strings || !d.symbols) refuse("it has no dynamic symbols", "build it again without stripping them");
  const std::uint64_t strings = file.offset_of(d.strings);
  elf_facts facts;
  for (const auto name : d.needed) facts.needed.push_back(file.text_at(strings + name));
  facts.glibc = newest_glibc(file, d, strings);
  check_libc(facts);
  check_entry(file, d, strings, entry_symbol);
  return facts;
}

} // namespace davit::plugin
