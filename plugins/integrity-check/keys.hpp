// The configuration keys of the plugin.
#pragma once

#include <davit/plugin.hpp>

namespace integrity_check {

inline constexpr davit::key keys[] = {
    {"checks[].name", davit::type::text, "name of the handler, shown in messages; checks.INDEX without it"},
    {"checks[].sql", davit::type::text, "one query", davit::required},
    {"checks[].phase", davit::phase::after_validation, "when it runs"},
    {"checks[].expect", davit::type::json, "the one value that the query must give: a boolean, number or string"},
    {"checks[].min", davit::type::number, "the one value must be a number, and not below this"},
    {"checks[].max", davit::type::number, "the one value must be a number, and not above this"},
    {"checks[].empty", davit::type::boolean, "true: the query must give no row; false: at least one"},
    {"checks[].message", davit::type::text, "what a violation means to your people"},
    {"checks[].veto", false, "a violation is a refusal that no failure policy softens: exit 7"},
    {"checks[].versions[]", davit::type::text, "only with these migrations"},
    {"checks[].since", davit::type::text, "only with this migration and later ones"},
    {"checks[].direction", davit::type::text,
     "\"up\", \"down\" or \"both\"; up, unless the phase fires only on the way down"},
    {"checks[].if_missing", "fail", "\"fail\" or \"skip\" where a table, column or schema of the query does not exist"},

    {"captures[].name", davit::type::text, "name of the handlers NAME.before, NAME.after and of the stats",
     davit::required},
    {"captures[].sql", davit::type::text, "one query that gives one value", davit::required},
    {"captures[].before", davit::phase::before_ddl, "when it is measured first"},
    {"captures[].after", davit::phase::after_validation, "when it is measured again and compared"},
    {"captures[].rule", "not_decreased", "\"not_decreased\", \"not_increased\" or \"equal\""},
    {"captures[].message", "Data was lost!", "what a violation means to your people"},
    {"captures[].veto", false, "a violation is a refusal that no failure policy softens: exit 7"},
    {"captures[].versions[]", davit::type::text, "only with these migrations"},
    {"captures[].since", davit::type::text, "only with this migration and later ones"},
    {"captures[].direction", davit::type::text,
     "\"up\", \"down\" or \"both\"; up, unless the phases fire only on the way down"},
    {"captures[].if_missing", "skip",
     "\"fail\" or \"skip\" where a table, column or schema of the query does not exist before"},
};

} // namespace integrity_check
