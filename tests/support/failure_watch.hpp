// Knows, while a test case runs, whether it has failed already.
#pragma once

namespace davit::test {

// Counts failed assertions and FAIL messages. An exception that ends the test case is not counted before its stack is
// unwound: destructors ask std::uncaught_exceptions() as well.
bool test_case_has_failed();

} // namespace davit::test
