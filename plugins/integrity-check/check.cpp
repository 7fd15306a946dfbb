#include "check.hpp"

#include "violation.hpp"

#include "common/config.hpp"

namespace integrity_check {

check::check(const davit::setup &s, std::uint64_t index)
    : prefix_("checks." + std::to_string(index)),
      name_(s.config<std::optional<std::string>>(prefix_ + ".name").value_or(prefix_)),
      sql_(s.config<std::string>(prefix_ + ".sql")), phase_(s.config<std::string>(prefix_ + ".phase")),
      message_(s.config<std::optional<std::string>>(prefix_ + ".message").value_or("")),
      expectation_(read_expectation(s, prefix_)), selection_(common::read_selection(s, prefix_, {phase_})),
      if_missing_(common::read_if_missing(s, prefix_)), veto_(read_veto(s, prefix_, phase_)) {}

void check::declare(davit::setup &s) const {
  common::on(s, phase_, prefix_ + ".phase", name_, prefix_ + ".name",
             [self = *this](davit::context &cx) { self.run(cx); });
}

void check::run(davit::context &cx) const {
  if (!common::selects(selection_, cx)) return cx.report("not meant for this migration");
  observation seen;
  try {
    seen = observe(common::query(cx, sql_));
  } catch (const davit::error &e) {
    if (if_missing_ == common::if_missing::fail || !common::is_missing(e)) throw common::explain(name_, e);
    common::recover(cx);
    return cx.report("skipped: " + std::string(e.what()));
  }
  if (const auto finding = complaint(expectation_, seen)) violate(veto_, message_, name_, *finding);
  cx.report("holds: found " + describe(seen));
}

} // namespace integrity_check
