// One value measured before and after a migration, by a query, which must not have changed the wrong way.
#pragma once

#include "rule.hpp"

#include "common/missing.hpp"
#include "common/selection.hpp"

#include <davit/plugin.hpp>

#include <optional>
#include <string>

namespace integrity_check {

class capture {
public:
  // Reads `captures.INDEX`. Throws davit::error that names the key.
  capture(const davit::setup &s, std::uint64_t index);

  // Declares the handlers NAME.before and NAME.after and binds them to their phases. The capture is copied.
  void declare(davit::setup &s) const;

  // Keeps the value as the stat INSTANCE.NAME.before; JSON null if there is no such table yet. Where the migration goes
  // on behind statements of an earlier run, the value of that run stays; without one throws davit::error.
  void measure(davit::context &cx) const;

  // Keeps the value as INSTANCE.NAME.after; throws davit::error or davit::veto if the rule is broken.
  void compare(davit::context &cx) const;

private:
  // What the query gives now. Without its table that is nothing, and the server's reason; or davit::error, as chosen.
  struct reading {
    std::optional<std::string> value;
    std::string why;
  };
  bool keeps_earlier(davit::context &cx) const;
  reading read(davit::context &cx, common::if_missing without_table) const;

  std::string prefix_, name_, sql_, before_, after_, message_;
  std::string before_stat_, after_stat_;
  rule rule_;
  common::selection selection_;
  common::if_missing if_missing_;
  bool veto_;
};

} // namespace integrity_check
