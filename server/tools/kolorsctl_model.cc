// kolorsctl-model: what `kolorsctl model …` hands over to, for it reads weights as the server does.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/engine/verify_model.h"

namespace {

const char* LayoutName(kolors::ModelLayout layout) {
  return layout == kolors::ModelLayout::kKolors ? "kolors" : "diffusers";
}

void PrintReport(const std::string& dir, const kolors::ModelReport& report) {
  std::cout << dir << " is a whole Kolors model in the " << LayoutName(report.layout) << " layout\n"
            << "  text encoder  " << report.text_encoder_parameters << " parameters\n"
            << "  UNet          " << report.unet_parameters << " parameters\n"
            << "  VAE           " << report.vae_parameters << " parameters"
            << (report.vae_overflows_fp16 ? " (force_upcast: overflows fp16)\n" : "\n")
            << "  default       " << report.default_size << " x " << report.default_size << " pixels, "
            << report.default_sampler << "\n"
            << "  digest        " << report.digest << "\n";
}

void PrintJson(const kolors::ModelReport& report) {
  std::cout << nlohmann::json{{"layout", LayoutName(report.layout)},
                              {"text_encoder_parameters", report.text_encoder_parameters},
                              {"unet_parameters", report.unet_parameters},
                              {"vae_parameters", report.vae_parameters},
                              {"vae_overflows_fp16", report.vae_overflows_fp16},
                              {"default_size", report.default_size},
                              {"default_sampler", report.default_sampler},
                              {"digest", report.digest}}
                   .dump()
            << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Looks at a model's files, without a server.", "kolorsctl model");
  app.require_subcommand(1);
  CLI::App* verify = app.add_subcommand("verify", "Which layout a folder has, and what is wrong with it");
  std::string dir, vae;
  bool json = false;
  verify->add_option("DIR", dir, "Kolors model folder")->required();
  verify->add_option("--vae", vae, "folder of another VAE");
  verify->add_flag("--json", json, "one JSON object");
  app.add_flag("--json", json, "one JSON object");
  CLI11_PARSE(app, argc, argv);
  const auto report = kolors::VerifyModel(dir, vae);
  if (!report.ok()) {
    std::cerr << "kolorsctl: " << report.status().message() << "\n";
    return 1;
  }
  json ? PrintJson(*report) : PrintReport(dir, *report);
  return 0;
}
