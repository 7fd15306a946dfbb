#include "lifecycle/supervision/spare_thread.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>

using davit::lifecycle::spare_thread;

TEST_CASE("a spare thread takes nothing while it works, and more as soon as it says that the work is over") {
  struct course {
    spare_thread spare;
    std::promise<void> go_on;
    std::promise<bool> taken, done;
  };
  const auto c = std::make_shared<course>(); // the thread may be at its last lines when the test is over
  REQUIRE(c->spare.take([c] { c->go_on.get_future().wait(); },
                        [c] { c->taken.set_value(c->spare.take([] {}, [c] { c->done.set_value(true); })); }));
  CHECK_FALSE(c->spare.take([] {}, [] {}));
  c->go_on.set_value();
  CHECK(c->taken.get_future().get());
  CHECK(c->done.get_future().get());
}
