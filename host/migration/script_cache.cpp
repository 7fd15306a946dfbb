#include "migration/script_cache.hpp"

namespace davit::migration {
namespace {

constexpr std::size_t room = std::size_t{4} << 20; // bytes of files; what was made of them is a few times that at most

} // namespace

void script_cache::read(const std::filesystem::path &file, const std::function<void(const script &)> &more) {
  script s = read_script(file);
  if (more) more(s);
  if (bytes_ + s.bytes.size() > room) return;
  bytes_ += s.bytes.size();
  kept_.insert_or_assign(file, std::move(s));
}

script script_cache::take(const std::filesystem::path &file) {
  const auto at = kept_.find(file);
  if (at == kept_.end()) return read_script(file);
  script s = std::move(at->second);
  kept_.erase(at);
  bytes_ -= s.bytes.size();
  return s;
}

} // namespace davit::migration
