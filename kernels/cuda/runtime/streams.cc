// Streams, events and graphs of kernels/cuda/common/device_memory.h by CUDA's runtime.
#include "kernels/cuda/common/device_memory.h"
#include "kernels/cuda/common/stream_events.h"
#include "kernels/cuda/runtime/check.h"

namespace dsb::cuda {

struct Event::State {
  cudaEvent_t event = nullptr;
};

struct Graph::State {
  cudaGraphExec_t executable = nullptr;
};

void StreamDeleter::operator()(StreamTag* stream) const noexcept {
  (void)cudaStreamDestroy(Native(stream));
}

OwnedStream MakeStream() {
  cudaStream_t stream = nullptr;
  Check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  return OwnedStream(reinterpret_cast<StreamTag*>(stream));
}

Event::Event() : state_(std::make_unique<State>()) {
  Check(cudaEventCreate(&state_->event), "cudaEventCreate");
}

Event::~Event() { (void)cudaEventDestroy(state_->event); }

void Event::Record(Stream stream) {
  Check(cudaEventRecord(state_->event, Native(stream)), "cudaEventRecord");
}

void Event::Wait(Stream stream) const {
  Check(cudaStreamWaitEvent(Native(stream), state_->event, 0), "cudaStreamWaitEvent");
}

void Event::Synchronize() const {
  Check(cudaEventSynchronize(state_->event), "cudaEventSynchronize");
}

double Event::MillisecondsSince(const Event& start) const {
  float milliseconds = 0;
  Check(cudaEventElapsedTime(&milliseconds, start.state_->event, state_->event),
        "cudaEventElapsedTime");
  return milliseconds;
}

Graph::Graph() = default;
Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(Graph&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Graph::~Graph() {
  if (state_ != nullptr) (void)cudaGraphExecDestroy(state_->executable);
}

bool Graph::supported() { return true; }

void Graph::BeginCapture(Stream stream) {
  DSB_CHECK(state_ == nullptr && stream != nullptr);  // the default stream cannot be captured
  Check(cudaStreamBeginCapture(Native(stream), cudaStreamCaptureModeThreadLocal),
        "cudaStreamBeginCapture");
}

void Graph::EndCapture(Stream stream) {
  cudaGraph_t graph = nullptr;
  Check(cudaStreamEndCapture(Native(stream), &graph), "cudaStreamEndCapture");
  auto state = std::make_unique<State>();
  const cudaError_t error = cudaGraphInstantiate(&state->executable, graph, 0);
  (void)cudaGraphDestroy(graph);
  Check(error, "cudaGraphInstantiate");
  state_ = std::move(state);
}

bool Graph::captured() const { return state_ != nullptr; }

void Graph::Launch(Stream stream) const {
  DSB_CHECK(captured());
  Check(cudaGraphLaunch(state_->executable, Native(stream)), "cudaGraphLaunch");
}

}  // namespace dsb::cuda
