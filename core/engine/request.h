// One request for images, as the GPU loop carries it from the queue to its last picture.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "core/engine/generate.h"
#include "core/engine/tick_policy.h"
#include "core/pipeline/denoiser.h"

namespace kolors {

// Belongs to the loop's thread once it has been submitted.
struct Request {
  uint64_t id = 0;
  GenerateSpec spec;  // sizes and sampler filled in
  SamplerPlan sampler;
  std::stop_token stop;
  std::shared_ptr<GenerateObserver> observer;

  TimePoint arrived{};
  TimePoint started{};          // first tick
  TimePoint denoise_started{};  // first denoising step
  int announced_position = -1;

  std::shared_ptr<const DenoisePlan> plan;  // null until the prompt is encoded
  std::vector<LatentImage> images;          // made with the plan
  int decoded = 0;                          // images handed to the decoder, in order
  int delivered = 0;                        // images the observer has
  bool alone = false;                       // one image a step: ran out of memory otherwise
  bool finished = false;                    // the observer has had its last call
  GenerateTimings timings;

  Candidate::Stage stage() const;
  Candidate AsCandidate(int active_images, int max_active_images) const;
  int StepsDone() const;  // mean over the images
  double RemainingCost() const;
};

// Work of one denoising step of one image, in latent pixels times rows.
double ImageStepCost(const GenerateSpec& spec);

}  // namespace kolors
