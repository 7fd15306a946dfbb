#include "plugin/library.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "plugin/foreign_code.hpp"
#include "plugin/writers.hpp"

#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

namespace davit::plugin {
namespace {

namespace fs = std::filesystem;
namespace dll = boost::dll;

struct loaded {
  library facts;
  dll::shared_library handle;
};

// Never destroyed: handlers, threads and exceptions of a plugin may outlive main.
struct registry {
  std::mutex mutex;
  std::map<std::pair<dev_t, ino_t>, std::unique_ptr<loaded>> libraries;
};
registry &all() {
  static auto *const r = new registry;
  return *r;
}

fs::path own_plugin_folder() {
  std::error_code why;
  const fs::path self = fs::read_symlink("/proc/self/exe", why);
  if (why) return {};
  return self.parent_path().parent_path() / DAVIT_PLUGIN_DIR;
}

const davit_plugin *call_entry(const dll::shared_library &handle, const fs::path &file, const std::string &prefix) {
  // It may be an indirect function, whose resolver is code of the plugin and runs here.
  void *const address = run_foreign(prefix + "the entry symbol's resolver in " + file.string(),
                                    [&] { return ::dlsym(handle.native(), DAVIT_ENTRY_SYMBOL); });
  Dl_info where{};
  // dlsym also searches the library's dependencies.
  if (!address || !::dladdr(address, &where) || !where.dli_fname || !fs::equivalent(where.dli_fname, file))
    throw error(error_code::plugin_abi,
                "'" DAVIT_ENTRY_SYMBOL "' is not its own" +
                    (where.dli_fname ? " but of '" + std::string(where.dli_fname) + "'" : std::string()),
                "export the entry function from the plugin itself");
  const auto entry = reinterpret_cast<davit_entry_fn>(address);
  const davit_plugin *descriptor = nullptr;
  try {
    descriptor = run_foreign(prefix + "the entry function of " + file.string(), entry);
  } catch (...) {
    throw error(error_code::plugin_abi, "its entry function threw an exception",
                "davit_plugin_v1 must only return static data");
  }
  if (!descriptor)
    throw error(error_code::plugin_abi, "its entry function returned no descriptor",
                "davit_plugin_v1 must return static data");
  return descriptor;
}

std::unique_ptr<loaded> load(const fs::path &file, const std::string &bytes, std::string sha256,
                             const std::string &who) {
  const std::string prefix = who.empty() ? who : who + ", ";
  elf_facts elf = inspect_elf(bytes, DAVIT_ENTRY_SYMBOL);
  auto out = std::make_unique<loaded>();
  constexpr auto mode =
      dll::load_mode::rtld_now | dll::load_mode::rtld_local | static_cast<dll::load_mode::type>(RTLD_NODELETE);
  try {
    // The throwing overload: only it keeps dlerror's text.
    run_foreign(prefix + "the initialisers of " + file.string(), [&] { out->handle.load(file, mode); });
  } catch (const std::exception &e) {
    throw error(error_code::plugin_file, "the dynamic linker refused it: " + std::string(e.what()),
                "install the libraries it needs, or link them statically");
  } catch (...) {
    throw error(error_code::plugin_file, "an initialiser of the library threw an exception",
                "static objects of a plugin must not throw");
  }
  name_loaded_plugin(file.filename().string());
  out->facts = {file, std::move(sha256), std::move(elf), nullptr};
  out->facts.descriptor = call_entry(out->handle, file, prefix);
  return out;
}

} // namespace

fs::path find_library(const std::string &path, const fs::path &base) {
  std::vector<fs::path> places;
  if (path.find('/') != std::string::npos) {
    places.push_back(fs::path(path).is_absolute() ? fs::path(path) : base / path);
  } else {
    if (const fs::path own = own_plugin_folder(); !own.empty()) places.push_back(own / path);
    const char *search = std::getenv("DAVIT_PLUGIN_PATH");
    for (std::string_view rest = search ? search : ""; !rest.empty();) {
      const auto colon = rest.find(':');
      if (colon != 0) places.push_back(fs::absolute(fs::path(rest.substr(0, colon))) / path);
      rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    }
  }
  std::string tried;
  for (const auto &place : places) {
    std::error_code none;
    if (fs::exists(place, none)) return fs::absolute(place);
    tried += (tried.empty() ? "" : ", ") + place.lexically_normal().string();
  }
  throw error(error_code::plugin_file, "library '" + path + "' was not found; tried " + tried,
              path.find('/') == std::string::npos ? "a path with a slash is relative to davit.toml; without one "
                                                    "davit's plugin folder and DAVIT_PLUGIN_PATH are searched"
                                                  : "a path with a slash is relative to davit.toml");
}

const library &load_library(const fs::path &path, const load_rules &rules) {
  if (!rules.allow_writable) require_no_other_writers(path);
  std::string bytes;
  struct stat info {};
  fs::path file;
  try {
    file = fs::canonical(path);
    bytes = read_file(file);
    if (::stat(file.c_str(), &info) != 0) throw std::system_error(errno, std::generic_category());
  } catch (const std::system_error &e) {
    throw error(error_code::plugin_file, "it cannot be read: " + e.code().message(),
                hint_about_files(e.code(), "give the path of the plugin's .so file, and see that you may read it"));
  }
  std::string sha256 = sha256_hex(bytes);
  if (!rules.sha256.empty() && rules.sha256 != sha256)
    throw error(error_code::plugin_checksum, "its SHA-256 is " + sha256 + ", davit.toml pins " + rules.sha256,
                "if the new file is the one you want, change sha256 in davit.toml; else bring back the old one");
  registry &r = all();
  const std::lock_guard lock(r.mutex);
  auto &slot = r.libraries[{info.st_dev, info.st_ino}];
  if (!slot) slot = load(file, bytes, std::move(sha256), rules.who);
  return slot->facts;
}

} // namespace davit::plugin
