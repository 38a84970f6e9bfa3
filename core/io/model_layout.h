// The two folder layouts in which Kolors is published.
#pragma once

namespace kolors {

enum class ModelLayout {
  kKolors,     // Kwai-Kolors/Kolors: text encoder as torch pickles, tokenizer.model beside them
  kDiffusers,  // Kwai-Kolors/Kolors-diffusers: everything safetensors, tokenizer/ of its own
};

}  // namespace kolors
