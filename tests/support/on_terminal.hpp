// A program whose output is a terminal.
#pragma once

#include "support/program.hpp"

namespace davit::test {

bool gives_out_terminals(); // not in a bare chroot

// `what` on a terminal of its own; what that shows is the program's standard output. Its environment has to have TERM.
program on_terminal(program what, int columns = 80);

} // namespace davit::test
