#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/generate/picture.h"
#include "client/cli/generate/view.h"
#include "client/cli/terminal/progress_line.h"

namespace kolors::cli {

namespace {

// The pictures of a request, in a box of cells that is redrawn in place. The cursor is on the line
// below the box, in its first column, before and after.
class PreviewPanel {
 public:
  PreviewPanel(PreviewProtocol protocol, int num_images, unsigned id)
      : protocol_(protocol), id_(id), tiles_(static_cast<size_t>(num_images)) {}

  bool enabled() const { return protocol_ != PreviewProtocol::kNone; }

  void Show(int index, Image picture, const Terminal& terminal, std::ostream& err) {
    if (index < 0 || index >= static_cast<int>(tiles_.size())) return;
    // Previews are an eighth of the picture's size: the first finished picture sharpens the panel.
    tile_width_ = std::clamp(picture.width, tile_width_, kLargestTile);
    tile_height_ = std::max(1, tile_width_ * picture.height / picture.width);
    tiles_[index] = std::move(picture);
    for (auto& tile : tiles_) {
      if (tile) tile = ScaleImage(*tile, tile_width_, tile_height_);
    }
    Draw(terminal, err);
  }

 private:
  static constexpr int kLargestTile = 640;

  void Draw(const Terminal& terminal, std::ostream& err) {
    const Image sheet = ArrangeTiles(tiles_, tile_width_, tile_height_);
    if (box_.rows == 0) {
      box_ = FitBox(sheet.width, sheet.height, terminal);
      err << std::string(box_.rows, '\n');
    }
    err << "\r\033[" << box_.rows << "A\0337"
        << EncodePreview(protocol_, sheet, box_, terminal, id_) << "\0338\033[" << box_.rows
        << "B\r";
  }

  PreviewProtocol protocol_;
  unsigned id_;
  std::vector<std::optional<Image>> tiles_;
  int tile_width_ = 0;
  int tile_height_ = 0;
  CellBox box_;
};

class TerminalView : public GenerateView {
 public:
  TerminalView(Console& console, PreviewProtocol protocol, int num_images)
      : console_(console),
        // Another run's picture, still on the screen, must keep its own.
        panel_(protocol, num_images,
               static_cast<unsigned>(console.clock->Now().time_since_epoch().count()) & 0xFFFFFF) {
    SetLine("connecting");
  }

  void OnRetry(const client::RetryEvent& event) override { SetLine(DescribeRetry(event)); }
  void OnQueued(const client::QueuedEvent& event) override {
    SetLine(RenderQueue(event.position, event.estimated_wait));
  }
  void OnStarted(const client::StartedEvent& event) override {
    if (const std::string warning = TruncationWarning(event); !warning.empty()) {
      SetLine("");
      console_.err << warning << "\n";
    }
    SetLine("reading the prompt");
  }
  void OnProgress(const client::ProgressEvent& event) override {
    Progress progress{"drawing", event.step, event.total_steps, event.estimated_remaining};
    if (event.step >= event.total_steps) {
      progress.label = "decoding";
      progress.remaining.reset();
    }
    SetRendered(RenderProgress(progress, console_.terminal()));
  }
  void OnPreview(const client::PreviewEvent& event) override {
    ShowPicture(event.image_index, event.jpeg);
  }
  void OnSaved(const client::GeneratedImage& image, const std::string& path) override {
    ShowPicture(image.image_index, image.data);
    if (path != "-") saved_.push_back(path);
  }
  void OnCompleted(const client::GenerateResult& result) override {
    PrintSaved();
    console_.err << Summarize(result) << std::endl;
  }
  void OnFailed() override { PrintSaved(); }

 private:
  // At the end only: a line in between would move the pictures that are redrawn in place.
  void PrintSaved() {
    SetRendered("");
    for (const std::string& path : saved_) console_.out << path << std::endl;
  }

  // A picture that cannot be shown is no reason to stop.
  void ShowPicture(int index, const std::string& file) {
    if (!panel_.enabled()) return;
    absl::StatusOr<Image> picture = DecodePicture(file);
    if (!picture.ok()) return;
    const std::string line = line_;
    SetRendered("");
    panel_.Show(index, *std::move(picture), console_.terminal(), console_.err);
    SetRendered(line);
  }

  // Plain text, cut to the terminal's width: a line that wraps could not be redrawn.
  void SetLine(std::string text) {
    const auto room = static_cast<size_t>(std::max(0, console_.terminal().columns - 1));
    if (text.size() > room) text.resize(room);
    SetRendered(text);
  }
  void SetRendered(const std::string& line) {
    console_.err << "\r\033[K" << line << std::flush;
    line_ = line;
  }

  Console& console_;
  PreviewPanel panel_;
  std::string line_;
  std::vector<std::string> saved_;
};

}  // namespace

std::unique_ptr<GenerateView> MakeTerminalView(Console& console, PreviewProtocol protocol,
                                               int num_images) {
  return std::make_unique<TerminalView>(console, protocol, num_images);
}

}  // namespace kolors::cli
