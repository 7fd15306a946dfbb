#include "plugin/abandon.hpp"

#include "plugin/call_state.hpp"
#include "plugin/crash_reporter.hpp"

namespace davit::plugin {

std::string who(const watch::current_call &call) {
  return "plugin '" + std::string(call.plugin) + "', handler '" + std::string(call.handler) + "' at " +
         std::string(call.phase);
}

std::string describe(const watch::overdue_call &call) {
  const auto ms = [](watch::clock::time_point since) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(watch::clock::now() - since).count());
  };
  return "does not return: it has run for " + ms(call.started) + " ms, and was told to stop " + ms(call.told_at) +
         " ms ago" +
         (call.told_at != call.deadline ? ""
          : call.hurried                ? ", when its time at the end of a stopped run was over"
                                        : ", at its deadline");
}

// Both orders are sequentially consistent, here and in guarded(): the handler's thread says that it is inside and then
// looks for its state; this one takes the state away and then looks who is inside.
void abandon(const watch::current_call &call) {
  call.owner->abandon();
  give_up_running_call();
  call.ctx->state.store(nullptr);
}

bool inside_host(const watch::current_call &call) { return call.ctx->inside.load(); }

} // namespace davit::plugin
