// What the GPU loop does next: a pure decision over what is waiting.
//
// Priority first, then fair shares between tenants, then age. A tenant's share is counted in work done,
// not in requests, so one request against a hundred gets half of the device.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/engine/generate.h"

namespace kolors {

// Images that can share one denoising step.
struct BatchKey {
  int width = 0;
  int height = 0;
  std::string adapters;  // the set in force, spelled canonically

  friend bool operator==(const BatchKey&, const BatchKey&) = default;
};

// One request that wants the device.
struct Candidate {
  enum class Stage { kEncodePrompt, kDenoise, kDecode };

  uint64_t id = 0;  // rises with age: smaller is older
  std::string tenant;
  Priority priority = Priority::kNormal;
  Stage stage = Stage::kEncodePrompt;
  BatchKey key;
  int images = 0;          // still to be denoised (kDecode: to be decoded)
  double image_cost = 1;   // of one image's step, in any unit that is the same for all
  bool admissible = true;  // false: has nothing on the device yet and there is no room for it
  bool alone = false;      // must not share a step (it ran out of memory in company)
};

struct Tick {
  struct Member {
    uint64_t id;
    int images;  // of this request, its first unfinished ones
  };
  Candidate::Stage stage = Candidate::Stage::kDenoise;
  std::vector<Member> members;  // the head first; kDecode: one member with one image
};

// Remembers how much of the device each tenant has had. Not thread-safe.
class TickPolicy {
 public:
  explicit TickPolicy(int max_batch_images) : max_batch_images_(max_batch_images) {}

  // Nothing only if no candidate is admissible. Charges the tenants for the work it hands out.
  //
  // A batch is the head request's images and others of the same key and priority. Where several tenants
  // share a batch each gets the same number of places, so that company never slows a tenant below its
  // fair share.
  std::optional<Tick> Next(std::span<const Candidate> candidates);

 private:
  struct Lane;  // a tenant's candidates for one batch

  double& Used(const std::string& tenant) { return used_[tenant]; }
  void Admit(std::span<const Candidate> candidates);
  std::vector<Tick::Member> FillBatch(const Candidate& head, std::span<const Candidate> candidates);

  const int max_batch_images_;
  std::map<std::string, double> used_;  // work, only of tenants that have candidates
  double floor_ = 0;                    // of the least served tenant: where newcomers start
};

}  // namespace kolors
