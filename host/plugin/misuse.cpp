#include "plugin/misuse.hpp"

#include <list>
#include <mutex>
#include <string_view>

namespace davit::plugin {
namespace {

struct row {
  misuse::kind what;
  std::string_view text;
};

constexpr row rows[] = {
    {misuse::other_thread,
     "it has called davit on another thread than its own; such calls do nothing (DAVIT_ERR_THREAD): mend the plugin, "
     "the thread that davit has called is the one to call back"},
    {misuse::kept_context, "its davit_ctx was used after it had returned; such calls do nothing (DAVIT_ERR_STALE): "
                           "mend the plugin, each call "
                           "has a davit_ctx of its own"},
    {misuse::released_locks,
     "it has called pg_advisory_unlock_all() on the migration's session; davit's own locks are not lost by that, but "
     "those are which a migration or another plugin had taken there: let it release what it has taken itself, by "
     "pg_advisory_unlock(key)"}};

} // namespace

std::vector<std::string> misuse::news(unsigned excused) {
  std::vector<std::string> out;
  const unsigned now = seen_.load(std::memory_order_relaxed) & ~excused & ~told_;
  told_ |= now;
  for (const auto &r : rows)
    if (now & r.what) out.emplace_back(r.text);
  return out;
}

misuse &misuse::make() {
  static auto *const all = new std::list<misuse>;
  static auto *const mutex = new std::mutex;
  const std::lock_guard lock(*mutex);
  return all->emplace_back();
}

misuse &misuse::of_nobody() {
  static misuse &nobodys = make();
  return nobodys;
}

} // namespace davit::plugin
