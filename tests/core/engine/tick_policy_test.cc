#include "core/engine/tick_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace kolors {
namespace {

using Stage = Candidate::Stage;

Candidate Denoising(uint64_t id, const std::string& tenant, Priority priority = Priority::kNormal) {
  return {.id = id, .tenant = tenant, .priority = priority, .stage = Stage::kDenoise,
          .key = {.width = 1024, .height = 1024}, .images = 1};
}

TEST(TickPolicyTest, HasNothingToDoWithoutCandidates) {
  TickPolicy policy(4);
  EXPECT_FALSE(policy.Next({}).has_value());
  Candidate blocked = Denoising(1, "a");
  blocked.admissible = false;
  EXPECT_FALSE(policy.Next({&blocked, 1}).has_value());
}

TEST(TickPolicyTest, HigherPriorityGoesFirst) {
  TickPolicy policy(1);
  const std::vector<Candidate> candidates = {Denoising(1, "a", Priority::kLow), Denoising(2, "a"),
                                             Denoising(3, "a", Priority::kHigh)};
  const auto tick = policy.Next(candidates);
  ASSERT_TRUE(tick);
  EXPECT_EQ(tick->members[0].id, 3);
}

TEST(TickPolicyTest, OnlyEqualKeysShareAStep) {
  TickPolicy policy(8);
  std::vector<Candidate> candidates = {Denoising(1, "a"), Denoising(2, "b"), Denoising(3, "c")};
  candidates[1].key.width = 512;
  const auto tick = policy.Next(candidates);
  ASSERT_TRUE(tick);
  std::vector<uint64_t> ids;
  for (const Tick::Member& member : tick->members) ids.push_back(member.id);
  EXPECT_THAT(ids, testing::UnorderedElementsAre(1, 3));
}

TEST(TickPolicyTest, NeverExceedsTheBatch) {
  TickPolicy policy(4);
  std::vector<Candidate> candidates;
  for (uint64_t id = 1; id <= 10; ++id) {
    candidates.push_back(Denoising(id, "tenant" + std::to_string(id % 3)));
    candidates.back().images = 3;
  }
  const auto tick = policy.Next(candidates);
  ASSERT_TRUE(tick);
  int images = 0;
  for (const Tick::Member& member : tick->members) images += member.images;
  EXPECT_LE(images, 4);
  EXPECT_GT(images, 0);
}

// A tenant with one request beside a tenant with a hundred waits at most twice its own service time.
TEST(TickPolicyTest, OneRequestIsNotDrownedByAHundred) {
  constexpr int kSteps = 50;
  for (const int batch : {1, 2, 4}) {
    TickPolicy policy(batch);
    std::map<uint64_t, int> left;
    for (uint64_t id = 1; id <= 100; ++id) left[id] = kSteps;
    constexpr uint64_t kLonely = 1000;
    int ticks = 0, arrival = 0;
    for (; !left.contains(kLonely) || left[kLonely] > 0; ++ticks) {
      if (ticks == 30) {  // it comes into a running server
        left[kLonely] = kSteps;
        arrival = ticks;
      }
      std::vector<Candidate> candidates;
      for (const auto& [id, steps] : left) {
        if (steps > 0) candidates.push_back(Denoising(id, id == kLonely ? "lonely" : "busy"));
      }
      const auto tick = policy.Next(candidates);
      ASSERT_TRUE(tick);
      for (const Tick::Member& member : tick->members) --left[member.id];
    }
    EXPECT_LE(ticks - arrival, 2 * kSteps + 1) << "batch " << batch;
  }
}

}  // namespace
}  // namespace kolors
