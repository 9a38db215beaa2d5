// gpu_roofline: what each device op takes at the sizes of a model's pass, against the card's
// roofline, and for bf16 products against cuBLASLt, as JSON on stdout. gpu_roofline --counts: no
// device, no times; bytes, operations and launches from the shapes, beside the roofline of an H100
// and an H200.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>

#include "kernels/cuda/bench/card.h"
#include "kernels/cuda/bench/cublaslt_gemm.h"
#include "kernels/cuda/bench/device_name.h"
#include "kernels/cuda/bench/vocabulary_case.h"
#include "kernels/cuda/common/device_memory.h"
#include "kernels/cuda/common/stream_events.h"

namespace dsb::bench {
namespace {

constexpr int64_t kContextTokens = 512;
constexpr int64_t kRows[] = {1, 4, 8, 32};

using Launches = std::function<void(int64_t i, cuda::Stream stream)>;

// Median over five runs of launches in a row, in microseconds.
double TimeOf(const Launches& launches, cuda::Stream stream) {
  constexpr int kLaunches = 100;
  std::vector<double> times;
  cuda::Event start;
  cuda::Event end;
  int64_t i = 0;
  for (int run = 0; run < 6; ++run) {  // the first warms up
    start.Record(stream);
    for (int launch = 0; launch < kLaunches; ++launch) launches(i++, stream);
    end.Record(stream);
    end.Synchronize();
    if (run > 0) times.push_back(1e3 * end.MillisecondsSince(start) / kLaunches);
  }
  std::nth_element(times.begin(), times.begin() + 2, times.end());
  return times[2];
}

void PrintRoofs(const OpCase& op) {
  for (const Card& card : Cards()) {
    std::printf(", \"%s_roofline_us\": %.3f", card.name.c_str(), RooflineMicroseconds(op, card));
  }
}

void PrintTime(const OpCase& op, const Card* card, cuda::Stream stream) {
  const double microseconds = TimeOf(op.launch, stream);
  std::printf(", \"us\": %.3f, \"gb_per_s\": %.1f", microseconds,
              static_cast<double>(op.bytes) / microseconds / 1e3);
  if (card != nullptr) {
    std::printf(", \"roofline_share\": %.4f", RooflineMicroseconds(op, *card) / microseconds);
  }
}

void PrintYardstick(const OpCase& op, const PassShape& shape, CublasLt* library,
                    cuda::Stream stream) {
  if (library == nullptr || op.matrix_rows == 0 || shape.weights.format != PackedFormat::kBf16) {
    return;
  }
  const Launches launches =
      library->Gemm(op.matrix_rows, op.matrix_cols, shape.num_rows, shape.bytes_in_turn);
  if (launches) std::printf(", \"cublaslt_us\": %.3f", TimeOf(launches, stream));
}

const Card* FindCard(const std::string& device) {
  for (const Card& card : Cards()) {
    if (device.find(card.name) != std::string::npos) return &card;
  }
  return nullptr;
}

void PrintAll(bool counts) {
  const std::string device = counts ? "none (counts only)" : DeviceName();
  const Card* card = FindCard(device);
  const cuda::OwnedStream stream = counts ? nullptr : cuda::MakeStream();
  std::printf("{\"device\": \"%s\", \"context_tokens\": %lld, \"ops\": [", device.c_str(),
              static_cast<long long>(kContextTokens));
  const char* comma = "";
  std::string no_yardstick;
  const std::shared_ptr<CublasLt> library = counts ? nullptr : CublasLt::Open(&no_yardstick);
  if (!no_yardstick.empty()) {
    std::fprintf(stderr, "gpu_roofline: without a yardstick: %s\n", no_yardstick.c_str());
  }
  for (const ModelShape& model : ModelShapes()) {
    for (const WeightType& weights : WeightTypes()) {
      for (const int64_t num_rows : kRows) {
        const PassShape shape{model, weights, num_rows, kContextTokens};
        std::vector<OpCase> ops = PassOps(shape, !counts);
        for (OpCase& op : VocabularyOps(shape, !counts)) ops.push_back(std::move(op));
        for (const OpCase& op : ops) {
          std::printf(
              "%s\n{\"model\": \"%s\", \"weights\": \"%s\", \"rows\": %lld, \"op\": \"%s\", ",
              comma, model.name.c_str(), weights.name.c_str(), static_cast<long long>(num_rows),
              op.op.c_str());
          std::printf(
              "\"calls_per_pass\": %lld, \"launches_per_call\": %lld, \"bytes\": %lld, "
              "\"operations\": %.0f",
              static_cast<long long>(op.per_pass), static_cast<long long>(op.num_launches),
              static_cast<long long>(op.bytes), op.operations);
          counts ? PrintRoofs(op) : PrintTime(op, card, stream.get());
          if (!counts) PrintYardstick(op, shape, library.get(), stream.get());
          std::printf("}");
          comma = ",";
        }
      }
    }
  }
  std::printf("\n]}\n");
}

}  // namespace
}  // namespace dsb::bench

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
    std::printf(
        "usage: gpu_roofline [--counts]\n"
        "What each device op of a pass takes beside the card's roofline, as JSON.\n"
        "--counts: no device and no times; bytes, operations and launches from the shapes.\n");
    return 0;
  }
  const bool counts = argc == 2 && std::strcmp(argv[1], "--counts") == 0;
  if (argc > 1 && !counts) {
    std::fprintf(stderr, "gpu_roofline: found '%s', expected nothing or --counts\n", argv[1]);
    return 2;
  }
  try {
    if (!counts && dsb::bench::DeviceName().empty()) {
      std::fprintf(stderr, "gpu_roofline: skipped, no device\n");
      return 77;
    }
    dsb::bench::PrintAll(counts);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpu_roofline: %s\n", error.what());
    return 3;
  }
  return 0;
}
