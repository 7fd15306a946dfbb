#include "support/failure_watch.hpp"

#include <doctest/doctest.h>

#include <atomic>

namespace davit::test {
namespace {

std::atomic<bool> failed = false; // assertions may be made on any thread

class failure_watch : public doctest::IReporter {
public:
  explicit failure_watch(const doctest::ContextOptions &) {}

  void test_case_start(const doctest::TestCaseData &) override { failed = false; }
  void log_assert(const doctest::AssertData &assertion) override {
    if (assertion.m_failed) failed = true;
  }
  void log_message(const doctest::MessageData &message) override {
    if (!(message.m_severity & doctest::assertType::is_warn)) failed = true;
  }

  void report_query(const doctest::QueryData &) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats &) override {}
  void test_case_reenter(const doctest::TestCaseData &) override {}
  void test_case_end(const doctest::CurrentTestCaseStats &) override {}
  void test_case_exception(const doctest::TestCaseException &) override { failed = true; }
  void subcase_start(const doctest::SubcaseSignature &) override {}
  void subcase_end() override {}
  void test_case_skipped(const doctest::TestCaseData &) override {}
};

REGISTER_LISTENER("failure_watch", 1, failure_watch);

} // namespace

bool test_case_has_failed() { return failed; }

} // namespace davit::test
