// The command line: arguments in, text or JSON and an exit code out.
#pragma once

namespace davit::cli {

int main(int argc, char **argv);

} // namespace davit::cli
