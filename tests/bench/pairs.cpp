#include "bench/pairs.hpp"

#include <algorithm>
#include <cmath>

namespace davit::bench {
namespace {

// Linear between neighbours; `all` is not empty.
double quantile(std::vector<double> all, double q) {
  std::sort(all.begin(), all.end());
  const double at = q * static_cast<double>(all.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, all.size() - 1);
  return std::lerp(all[below], all[above], at - static_cast<double>(below));
}

} // namespace

result summarise(result r, const pairs<double> &measured) {
  std::vector<double> floors, davits, ratios;
  for (const auto &[f, d] : measured) {
    floors.push_back(f);
    davits.push_back(d);
    ratios.push_back(d / f);
  }
  r.pairs = measured.size();
  r.floor = quantile(floors, 0.5);
  r.davit = quantile(davits, 0.5);
  r.ratio = quantile(ratios, 0.5);
  r.low = quantile(ratios, 0.25);
  r.high = quantile(ratios, 0.75);
  return r;
}

} // namespace davit::bench
