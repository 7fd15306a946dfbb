// Runs a fuzz target over files without libFuzzer, which GCC does not have: replay FILE|FOLDER…
#include "base/file.hpp"
#include "fuzz/target.hpp"

#include <cstdio>
#include <filesystem>

namespace fs = std::filesystem;

namespace {

void replay(const fs::path &file, int &count) {
  std::printf("%s\n", file.c_str());
  std::fflush(stdout); // so that the last line names the file that broke a promise
  const auto bytes = davit::read_file(file);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size());
  ++count;
}

} // namespace

int main(int argc, char **argv) {
  int count = 0;
  for (int i = 1; i < argc; ++i) {
    if (!fs::is_directory(argv[i])) {
      replay(argv[i], count);
      continue;
    }
    for (const auto &entry : fs::recursive_directory_iterator(argv[i]))
      if (entry.is_regular_file()) replay(entry.path(), count);
  }
  if (count == 0) std::fprintf(stderr, "usage: replay FILE|FOLDER…, with at least one file\n");
  return count == 0 ? 2 : 0;
}
