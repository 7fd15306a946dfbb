#include "lifecycle/sessions/lock_holders.hpp"

#include "lifecycle/sessions/brief_look.hpp"
#include "lifecycle/sessions/lock_sql.hpp"

#include <algorithm>

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;

constexpr auto after_a_vain_look = 1s;
constexpr auto no_passing_pin = 1s; // the server itself has a page pinned for as long as it takes to write it

} // namespace

bool lock_holders::lasts(bool pinned) {
  if (!pinned) pinned_since_.reset();
  if (pinned && !pinned_since_) pinned_since_ = clock::now();
  return !pinned || clock::now() - *pinned_since_ >= no_passing_pin;
}

bool lock_holders::look() {
  if (clock::now() < next_) return waits_;
  next_ = clock::now() + std::clamp<clock::duration>((clock::now() - began_) / 4, 20ms, 1s);
  auto r = ask_briefly(ask_, in_the_way_sql(waiter_));
  if (!r) {
    r = ask_briefly(ask_, nameless_sql(waiter_));
    next_ = clock::now() + after_a_vain_look;
  }
  if (!r) return waits_; // as it was
  const auto found = read_in_the_way(*r);
  const bool waited = waits_;
  waits_ = lasts(found && found->is_page) && found;
  page_.reset();
  if (!waits_) {
    if (waited) show_("");
    return false;
  }
  if (found->is_page) page_ = {found->what, found->only_pid};
  seen_ = found->what + ", " + found->who;
  show_(seen_);
  return true;
}

void lock_holders::explain(postgres::server_error &e) const {
  if (e.sqlstate != postgres::sqlstate::lock_not_available || !e.detail.empty()) return;
  e.detail = seen_.empty() ? held_now() : "it waited for " + seen_;
}

std::string lock_holders::held_now() const {
  const auto r = ask_briefly(ask_, held_now_sql(waiter_));
  std::string text;
  for (int i = 0; r && i < r->rows(); ++i)
    text += (i ? "; " : "it gave up before davit had looked for whom it waited; there is now ") +
            std::string(r->text(i, 0));
  return text;
}

} // namespace davit::lifecycle
