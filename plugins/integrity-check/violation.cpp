#include "violation.hpp"

#include "common/config.hpp"
#include "common/phase_facts.hpp"

namespace integrity_check {

bool read_veto(const davit::setup &s, const std::string &prefix, const std::string &phase) {
  const bool veto = s.config<bool>(prefix + ".veto");
  const auto facts = common::find_phase(phase);
  if (veto && facts && !facts->takes_veto)
    common::refuse(prefix + ".veto", "phase " + phase + " takes no veto; nothing can be refused any more");
  return veto;
}

void violate(bool veto, const std::string &message, const std::string &name, const std::string &finding) {
  const std::string text = message.empty() ? name + ": " + finding : message + " (" + name + ": " + finding + ')';
  if (veto) throw davit::veto(text);
  throw davit::error(text);
}

} // namespace integrity_check
