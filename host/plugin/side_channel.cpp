#include "plugin/side_channel.hpp"

#include <davit/plugin.h>

namespace davit::plugin {

side_channel::side_channel(sessions &s, access rights)
    : autocommit_channel([&s]() -> postgres::connection & { return s.side(); }, rights), sessions_(s) {}

// What it changed may wait for a lock only now.
void side_channel::commit_stream() {
  if (streams()) attended(sessions_.attend_side(), [this] { end_stream(); });
}

void side_channel::finish(bool keep) {
  try {
    commit_stream();
  } catch (const error &e) {
    sessions_.drop_side();
    if (!keep) return;
    call_error failed(DAVIT_ERR_SQL,
                      "what a stream on the side connection changed could not be committed: " + e.message,
                      e.hint.empty() ? "close the stream in the handler to see the error there" : e.hint);
    failed.sqlstate = e.sqlstate;
    failed.detail = e.detail;
    throw failed;
  }
  try {
    autocommit_channel::finish(keep);
  } catch (const error &) {
    sessions_.drop_side(); // the next handler that asks for it gets a fresh one
  }
}

} // namespace davit::plugin
