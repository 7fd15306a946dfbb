// The ledger as older davits have left it.
#pragma once

#include "support/project.hpp"

namespace davit::test {

// Takes away from a ledger of today's version what later ones than `version` have brought.
void make_ledger_older(const project &p, int version);
int ledger_version(const project &p);
int newest_ledger_version();

} // namespace davit::test
