#include "capture.hpp"

#include "stored_value.hpp"
#include "violation.hpp"

#include "common/config.hpp"
#include "expectation.hpp"

namespace integrity_check {
namespace {

rule read_rule(const davit::setup &s, const std::string &key) {
  return static_cast<rule>(common::choice(s, key, {"not_decreased", "not_increased", "equal"}));
}

// Stats of a migration are gone from view when it ends, so what is measured inside of one is compared inside of it.
void require_order(const std::string &key, const std::string &before, const std::string &after) {
  const auto first = common::find_phase(before);
  const auto last = common::find_phase(after);
  if (!first || !last) return;
  if (first->order >= last->order) common::refuse(key, "phase " + after + " does not come after " + before);
  if (first->in_migration && !last->in_migration)
    common::refuse(key, "phase " + after + " is outside of the migration that " + before + " belongs to");
}

} // namespace

capture::capture(const davit::setup &s, std::uint64_t index)
    : prefix_("captures." + std::to_string(index)), name_(s.config<std::string>(prefix_ + ".name")),
      sql_(s.config<std::string>(prefix_ + ".sql")), before_(s.config<std::string>(prefix_ + ".before")),
      after_(s.config<std::string>(prefix_ + ".after")), message_(s.config<std::string>(prefix_ + ".message")),
      before_stat_(std::string(s.instance()) + '.' + name_ + ".before"),
      after_stat_(std::string(s.instance()) + '.' + name_ + ".after"), rule_(read_rule(s, prefix_ + ".rule")),
      selection_(common::read_selection(s, prefix_, {before_, after_})),
      if_missing_(common::read_if_missing(s, prefix_)), veto_(read_veto(s, prefix_, after_)) {
  require_order(prefix_ + ".after", before_, after_);
}

void capture::declare(davit::setup &s) const {
  common::on(s, before_, prefix_ + ".before", name_ + ".before", prefix_ + ".name",
             [self = *this](davit::context &cx) { self.measure(cx); });
  common::on(s, after_, prefix_ + ".after", name_ + ".after", prefix_ + ".name",
             [self = *this](davit::context &cx) { self.compare(cx); });
}

capture::reading capture::read(davit::context &cx, common::if_missing without_table) const {
  observation seen;
  try {
    seen = observe(common::query(cx, sql_));
  } catch (const davit::error &e) {
    if (without_table == common::if_missing::fail || !common::is_missing(e)) throw common::explain(name_, e);
    common::recover(cx);
    return {std::nullopt, e.what()};
  }
  if (seen.rows != 1) throw davit::error(name_ + ": the query must give one row, not " + std::to_string(seen.rows));
  if (!seen.field) throw davit::error(name_ + ": the query gave NULL; coalesce(…, 0) makes that a number");
  if (!can_judge(rule_, *seen.field))
    throw davit::error(name_ + ": '" + *seen.field + "' is not a number; rule = \"equal\" compares text as well");
  return {seen.field, ""};
}

// Behind statements that are done already there is nothing left to measure.
bool capture::keeps_earlier(davit::context &cx) const {
  const auto after = cx.info<std::int64_t>("migration.resumed_after");
  if (!after) return false;
  const auto before = find_stored(cx, before_stat_);
  if (!before)
    throw davit::error(
        name_ +
            ": what it was before the migration is not known, for the run that began it has left no "
            "value of it; compare by hand, then let this migration pass with on_failure = \"warn\" for " +
            name_ + ".before and " + name_ + ".after, or record it as applied with davit repair",
        DAVIT_ERR_STATE);
  cx.report(name_ + " = " + before->text.value_or("nothing") + " before the migration was begun by an earlier run");
  return true;
}

void capture::measure(davit::context &cx) const {
  if (!common::selects(selection_, cx)) return cx.report("not meant for this migration");
  if (keeps_earlier(cx)) return;
  const reading now = read(cx, if_missing_);
  store(cx, before_stat_, {now.value});
  cx.report(now.value ? name_ + " = " + *now.value : "nothing to measure yet: " + now.why);
}

void capture::compare(davit::context &cx) const {
  if (!common::selects(selection_, cx)) return cx.report("not meant for this migration");
  const auto before = find_stored(cx, before_stat_);
  if (!before)
    throw davit::error(name_ + ": there is no value from " + before_ + " to compare with; was its handler " + name_ +
                           ".before disabled, or did it fail?",
                       DAVIT_ERR_STATE);
  // Nothing before is nothing to lose. A table that was there before and is not any more is a loss, whatever
  // if_missing.
  const reading now = read(cx, common::if_missing::skip);
  if (!before->text) return cx.report("nothing to compare: it did not exist before");
  if (!now.value) violate(veto_, message_, name_, "before " + *before->text + ", now " + now.why);
  if (!is_kept(rule_, *before->text, *now.value))
    violate(veto_, message_, name_,
            "before " + *before->text + ", after " + *now.value + ", " + std::string(describe(rule_)));
  store(cx, after_stat_, {now.value});
  cx.report(name_ + " = " + *now.value + ", before " + *before->text);
}

} // namespace integrity_check
