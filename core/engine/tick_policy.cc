#include "core/engine/tick_policy.h"

#include <algorithm>
#include <functional>

#include "core/base/check.h"

namespace kolors {

// Round by round every lane gives one image to the batch.
struct TickPolicy::Lane {
  std::string tenant;
  std::vector<const Candidate*> candidates;  // oldest first
  size_t next = 0;
  int taken_of_next = 0;

  const Candidate* Take() {
    while (next < candidates.size() && taken_of_next == candidates[next]->images) {
      ++next;
      taken_of_next = 0;
    }
    if (next == candidates.size()) return nullptr;
    ++taken_of_next;
    return candidates[next];
  }
};

void TickPolicy::Admit(std::span<const Candidate> candidates) {
  std::map<std::string, double> present;
  for (const Candidate& candidate : candidates) {
    auto known = used_.find(candidate.tenant);
    // Idling saves nothing up: who comes (back) starts level with the least served.
    present[candidate.tenant] = known == used_.end() ? floor_ : known->second;
  }
  used_ = std::move(present);
  if (used_.empty()) return;
  floor_ = std::min_element(used_.begin(), used_.end(), [](const auto& a, const auto& b) {
             return a.second < b.second;
           })->second;
}

std::optional<Tick> TickPolicy::Next(std::span<const Candidate> candidates) {
  Admit(candidates);
  const Candidate* head = nullptr;
  auto before = [this](const Candidate& a, const Candidate& b) {
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.tenant != b.tenant && Used(a.tenant) != Used(b.tenant)) return Used(a.tenant) < Used(b.tenant);
    return a.id < b.id;
  };
  for (const Candidate& candidate : candidates) {
    if (candidate.admissible && (head == nullptr || before(candidate, *head))) head = &candidate;
  }
  if (head == nullptr) return std::nullopt;

  Tick tick{.stage = head->stage};
  if (head->stage == Candidate::Stage::kDecode) {
    tick.members = {{.id = head->id, .images = 1}};
    Used(head->tenant) += head->image_cost;
    return tick;
  }
  tick.members = FillBatch(*head, candidates);
  // Whoever is to join the batch is encoded first, all in one go.
  auto find = [&](const Tick::Member& member) -> const Candidate& {
    return *std::find_if(candidates.begin(), candidates.end(),
                         [&](const Candidate& candidate) { return candidate.id == member.id; });
  };
  auto to_encode = [&](const Tick::Member& member) {
    return find(member).stage == Candidate::Stage::kEncodePrompt;
  };
  if (std::any_of(tick.members.begin(), tick.members.end(), to_encode)) {
    tick.stage = Candidate::Stage::kEncodePrompt;
    std::erase_if(tick.members, std::not_fn(to_encode));
    return tick;
  }
  for (const Tick::Member& member : tick.members) {
    Used(find(member).tenant) += find(member).image_cost * member.images;
  }
  return tick;
}

std::vector<Tick::Member> TickPolicy::FillBatch(const Candidate& head, std::span<const Candidate> candidates) {
  std::vector<Lane> lanes = {{.tenant = head.tenant, .candidates = {&head}}};
  std::vector<const Candidate*> others;
  for (const Candidate& candidate : candidates) {
    const bool joins = &candidate != &head && candidate.admissible && !candidate.alone && !head.alone &&
                       candidate.stage != Candidate::Stage::kDecode && candidate.key == head.key &&
                       candidate.priority == head.priority;
    if (joins) others.push_back(&candidate);
  }
  std::sort(others.begin(), others.end(), [](auto* a, auto* b) { return a->id < b->id; });
  for (const Candidate* candidate : others) {
    auto lane = std::find_if(lanes.begin(), lanes.end(),
                             [&](const Lane& lane) { return lane.tenant == candidate->tenant; });
    if (lane == lanes.end()) lane = lanes.insert(lanes.end(), Lane{.tenant = candidate->tenant});
    lane->candidates.push_back(candidate);
  }
  // More tenants than places: the least served come first; the head's tenant is one of them already.
  std::stable_sort(lanes.begin() + 1, lanes.end(),
                   [this](const Lane& a, const Lane& b) { return Used(a.tenant) < Used(b.tenant); });
  const size_t places = head.alone ? 1 : std::max(1, max_batch_images_);
  if (lanes.size() > places) lanes.resize(places);

  std::vector<Tick::Member> members;
  for (size_t filled = 0; filled + lanes.size() <= places; filled += lanes.size()) {
    std::vector<const Candidate*> round;
    for (Lane& lane : lanes) {
      if (const Candidate* candidate = lane.Take()) round.push_back(candidate);
    }
    if (round.size() < lanes.size()) break;  // a tenant has no more: nobody takes its place
    for (const Candidate* candidate : round) {
      auto member = std::find_if(members.begin(), members.end(),
                                 [&](const Tick::Member& m) { return m.id == candidate->id; });
      if (member == members.end()) {
        members.push_back({.id = candidate->id, .images = 1});
      } else {
        ++member->images;
      }
    }
  }
  KOLORS_CHECK(!members.empty()) << "a head without images";
  return members;
}

}  // namespace kolors
