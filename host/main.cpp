#include "cli/cli.hpp"

int main(int argc, char **argv) { return davit::cli::main(argc, argv); }
