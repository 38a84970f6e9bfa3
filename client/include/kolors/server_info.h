// ModelService in plain C++: what the server is and can do. Names are spelt as on the command line:
// "fp16", "diffusers", "euler"; a value newer than this client shows as its number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kolors::client {

struct ModelInfo {
  std::string name;       // models/{id}
  std::string layout;     // "kolors" or "diffusers"
  std::string precision;  // as loaded on the device
  int64_t text_encoder_parameters = 0;
  int64_t unet_parameters = 0;
  int64_t vae_parameters = 0;
  std::string digest;     // hexadecimal SHA-256 that adapters record as their base
  int default_size = 0;   // pixels
  std::string default_sampler;
  int max_prompt_tokens = 0;
};

struct DeviceInfo {
  std::string id;                  // "cpu", "cuda:0"
  std::string name;                // the product's
  std::string compute_capability;  // "9.0"; empty on a CPU
  int64_t memory_total_bytes = 0;
  int64_t memory_used_bytes = 0;
};

struct ServerLimits {
  int min_size = 0;  // pixels
  int max_size = 0;
  int size_multiple = 0;
  int max_num_inference_steps = 0;
  int max_num_images = 0;
  int max_prompt_bytes = 0;
  int max_adapters = 0;
  int max_queued_requests = 0;
};

struct ServerInfo {
  std::string version;
  std::string build_commit;        // empty if unknown
  std::string state;               // "loading", "serving" or "draining"
  std::optional<ModelInfo> model;  // absent while loading
  DeviceInfo device;
  ServerLimits limits;
  std::vector<std::string> samplers;
  std::vector<std::string> image_formats;
};

}  // namespace kolors::client
