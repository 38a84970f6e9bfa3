#include "core/engine/request.h"

#include <algorithm>

namespace kolors {

Candidate::Stage Request::stage() const {
  if (!plan) return Candidate::Stage::kEncodePrompt;
  const bool ready = decoded < static_cast<int>(images.size()) && images[decoded].done();
  return ready ? Candidate::Stage::kDecode : Candidate::Stage::kDenoise;
}

Candidate Request::AsCandidate(int active_images, int max_active_images) const {
  Candidate candidate{.id = id,
                      .tenant = spec.tenant,
                      .priority = spec.priority,
                      .stage = stage(),
                      .key = {.width = spec.width, .height = spec.height},
                      .images = spec.num_images,
                      .image_cost = ImageStepCost(spec),
                      .alone = alone};
  if (plan) {
    candidate.images =
        std::count_if(images.begin(), images.end(), [](const LatentImage& image) { return !image.done(); });
  } else {
    // An empty device takes any request, so that none can wait for ever.
    candidate.admissible = active_images == 0 || active_images + spec.num_images <= max_active_images;
  }
  return candidate;
}

int Request::StepsDone() const {
  int done = 0;
  for (const LatentImage& image : images) done += image.step;
  return images.empty() ? 0 : done / static_cast<int>(images.size());
}

double Request::RemainingCost() const {
  double steps = static_cast<double>(spec.num_images) * spec.num_inference_steps;
  for (const LatentImage& image : images) steps -= image.step;
  return steps * ImageStepCost(spec);
}

double ImageStepCost(const GenerateSpec& spec) {
  return static_cast<double>(spec.width / 8) * (spec.height / 8) * (spec.guidance_scale > 1 ? 2 : 1);
}

}  // namespace kolors
