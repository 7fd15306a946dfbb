// Giving up a handler that does not return. Its thread cannot be stopped, but it can be locked out of the host.
#pragma once

#include "plugin/watch.hpp"

#include <string>

namespace davit::plugin {

std::string who(const watch::current_call &call);
// What became of it, without who it is: "does not return: it has run for 6012 ms, 5002 ms of them since …".
std::string describe(const watch::overdue_call &call);

// From now on every host function refuses the handler's ctx, its instance is told that it was abandoned, and no other
// handler of that instance is to be called. What the handler's frames refer to must stay alive for good.
void abandon(const watch::current_call &call);

// Whether the handler's thread is still inside of a host function that it called before. Until it is not, what that
// function uses belongs to it: the sessions, the stats, the run's facts. Afterwards it can touch none of them again.
bool inside_host(const watch::current_call &call);

} // namespace davit::plugin
