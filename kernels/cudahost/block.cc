#include "kernels/cudahost/block.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "kernels/cudahost/device_language.h"

namespace dsb::cudahost {
namespace {

thread_local Block* current_block = nullptr;

std::string Name(const Fiber& fiber) {
  char text[96];
  std::snprintf(text, sizeof(text), "block (%u,%u,%u) thread (%u,%u,%u)", blockIdx.x, blockIdx.y,
                blockIdx.z, fiber.index.x, fiber.index.y, fiber.index.z);
  return text;
}

std::string Text(const Where& where) {
  const std::string file = where.file;
  return file.substr(file.find_last_of('/') + 1) + ":" + std::to_string(where.line);
}

bool SamePlace(const Where& a, const Where& b) {
  return a.line == b.line && std::strcmp(a.file, b.file) == 0;
}

}  // namespace

void Block::FreeDeleter::operator()(void* memory) const { std::free(memory); }

Block* Block::Current() { return current_block; }

Block::Block(dim3 size) : size_(size), stacks_(size_t{size.x} * size.y * size.z) {
  fibers_ = std::vector<Fiber>(size_t{size.x} * size.y * size.z);
  warps_.resize((fibers_.size() + 31) / 32);
  for (size_t i = 0; i < fibers_.size(); ++i) {
    Fiber& fiber = fibers_[i];
    const auto linear = static_cast<unsigned>(i);
    fiber.linear = static_cast<int>(i);
    fiber.index = uint3{linear % size.x, linear / size.x % size.y, linear / size.x / size.y};
    fiber.stack_state.bottom = stacks_.stack(i);
    fiber.stack_state.num_bytes = Stacks::kStackBytes;
    fiber.stack_state.fiber = NewFiber();
  }
}

Block::~Block() {
  for (Fiber& fiber : fibers_) DeleteFiber(fiber.stack_state.fiber);
}

bool Block::HasSize(dim3 size) const {
  return size.x == size_.x && size.y == size_.y && size.z == size_.z;
}

void Block::Prepare(size_t shared_bytes) {
  if (shared_bytes > shared_capacity_) {
    shared_capacity_ = (shared_bytes + 127) / 128 * 128;
    shared_.reset(std::aligned_alloc(128, shared_capacity_));
  }
  if (shared_bytes > 0) std::memset(shared_.get(), 0xff, shared_bytes);
  num_alive_ = static_cast<int>(fibers_.size());
  num_arrived_ = 0;
  error_ = nullptr;
  for (Warp& warp : warps_) warp.num_points = 0;
  for (size_t i = 0; i < fibers_.size(); ++i) {
    Fiber& fiber = fibers_[i];
    fiber.state = FiberState::kReady;
    fiber.wait_on = nullptr;
    fiber.where = Where{};
    fiber.copies.clear();
    fiber.copy_group = 0;
    fiber.stack_state.fake_stack = nullptr;
    ForgetFrames(stacks_.stack(i), Stacks::kStackBytes);
    MakeContext(fiber.context, stacks_.stack(i), Stacks::kStackBytes, Entry);
  }
}

void Block::RunOne(uint3 index, dim3 grid, size_t shared_bytes, const Options& options,
                   const std::function<void()>& body) {
  blockIdx = index;
  blockDim = uint3{size_.x, size_.y, size_.z};
  gridDim = uint3{grid.x, grid.y, grid.z};
  body_ = &body;
  Prepare(shared_bytes);
  current_block = this;
  scheduler_stack_.fiber = ThisFiber();
  std::vector<Fiber*> order;
  for (Fiber& fiber : fibers_) order.push_back(&fiber);
  if (options.order == Order::kReverse) std::reverse(order.begin(), order.end());
  std::mt19937_64 random(options.seed + index.x + 7919ull * index.y + 104729ull * index.z);
  Release(&body_);
  while (num_alive_ > 0) {
    if (options.order == Order::kShuffled) std::shuffle(order.begin(), order.end(), random);
    bool progress = false;
    for (Fiber* fiber : order) {
      if (fiber->state == FiberState::kDone) continue;
      if (fiber->wait_on != nullptr && *fiber->wait_on == fiber->wait_value) continue;
      progress = true;
      Resume(*fiber);
      if (error_ != nullptr) break;
      // Threads that have left do not count at a barrier.
      if (fiber->state == FiberState::kDone && --num_alive_ > 0 && num_arrived_ == num_alive_) {
        OpenBarrier();
      }
    }
    if (error_ != nullptr || !progress) break;
  }
  Acquire(&body_);
  if (error_ == nullptr && num_alive_ > 0) ThrowDeadlock();
  current_block = nullptr;
  if (error_ != nullptr) std::rethrow_exception(error_);
}

void Block::Resume(Fiber& fiber) {
  running_ = &fiber;
  threadIdx = fiber.index;
  fiber.state = FiberState::kReady;
  fiber.wait_on = nullptr;
  BeforeSwitch(scheduler_stack_, fiber.stack_state, false);
  SwitchContext(scheduler_, fiber.context);
  AfterSwitch(scheduler_stack_, nullptr);
}

void Block::GoToScheduler(bool ends) {
  Fiber& fiber = *running_;
  BeforeSwitch(fiber.stack_state, scheduler_stack_, ends);
  SwitchContext(fiber.context, scheduler_);
  AfterSwitch(fiber.stack_state, &scheduler_stack_);
}

void Block::Entry() {
  Block& block = *current_block;
  Fiber& fiber = *block.running_;
  AfterSwitch(fiber.stack_state, &block.scheduler_stack_);
  Acquire(&block.body_);
  try {
    (*block.body_)();
    if (!fiber.copies.empty()) Fail("ends with copies it never waited for", fiber.where);
  } catch (...) {
    if (block.error_ == nullptr) block.error_ = std::current_exception();
  }
  Release(&block.body_);
  fiber.state = FiberState::kDone;
  block.GoToScheduler(true);
}

void Block::Wait(FiberState state, const unsigned& generation) {
  running_->state = state;
  running_->wait_on = &generation;
  running_->wait_value = generation;
  GoToScheduler(false);
}

void Block::OpenBarrier() {
  num_arrived_ = 0;
  vote_result_ = votes_;
  ++generation_;
}

int Block::Meet(int value, Vote vote, Where where) {
  running_->where = where;
  if (num_arrived_ == 0) {
    barrier_where_ = where;
    votes_ = vote == Vote::kAnd ? 1 : 0;
  } else if (!SamePlace(barrier_where_, where)) {
    Fail("block barrier here while others wait at " + Text(barrier_where_), where);
  }
  const int yes = value != 0 ? 1 : 0;
  if (vote == Vote::kCount) votes_ += yes;
  if (vote == Vote::kAnd) votes_ &= yes;
  if (vote == Vote::kOr) votes_ |= yes;
  Release(&generation_);
  if (++num_arrived_ == num_alive_) {
    OpenBarrier();
  } else {
    Wait(FiberState::kAtBarrier, generation_);
  }
  Acquire(&generation_);
  return vote_result_;
}

void Block::MeetWarp(unsigned mask, Where where) {
  Fiber& fiber = *running_;
  fiber.where = where;
  const unsigned lane = static_cast<unsigned>(fiber.linear % 32);
  if ((mask >> lane & 1u) == 0) Fail("is not in its own warp mask", where);
  Warp& warp = warp_of(fiber);
  MeetingPoint* const end = warp.points + warp.num_points;
  MeetingPoint* point = std::find_if(
      warp.points, end, [mask](const MeetingPoint& other) { return other.mask == mask; });
  if (point == end) {
    if (warp.num_points == Warp::kMaxPoints) Fail("uses too many different warp masks", where);
    *point = MeetingPoint{mask, 0, 0};
    ++warp.num_points;
  }
  Release(point);
  point->arrived |= 1u << lane;
  if (point->arrived == mask) {
    point->arrived = 0;
    ++point->generation;
  } else {
    Wait(FiberState::kAtWarp, point->generation);
  }
  Acquire(point);
}

void Block::ThrowDeadlock() const {
  std::string message = "no thread can go on:";
  int num_shown = 0;
  for (const Fiber& fiber : fibers_) {
    if (fiber.state == FiberState::kDone) continue;
    if (++num_shown > 4) {
      message += " ...";
      break;
    }
    message += "\n  " + Name(fiber) + " waits " +
               (fiber.state == FiberState::kAtBarrier ? "at a block barrier, "
                                                      : "for lanes of its warp, ") +
               Text(fiber.where);
  }
  current_block = nullptr;
  throw KernelError(message);
}

int LaneId() { return Block::Current()->running().linear % 32; }
void* DynamicShared() { return Block::Current()->shared(); }
int MeetBlock(int value, Vote vote, Where where) {
  return Block::Current()->Meet(value, vote, where);
}

const LaneValue* BeginGather(unsigned mask, const LaneValue& value, Where where) {
  Block& block = *Block::Current();
  Warp& warp = block.warp_of(block.running());
  warp.values[LaneId()] = value;
  block.MeetWarp(mask, where);
  return warp.values;
}

void EndGather(unsigned mask, Where where) { Block::Current()->MeetWarp(mask, where); }

uint64_t Exchange(unsigned mask, uint64_t bits, int source, Where where) {
  if ((mask >> source & 1u) == 0) {
    Fail("reads lane " + std::to_string(source) + ", which is not in the warp mask", where);
  }
  const uint64_t result = BeginGather(mask, {{bits, 0, 0, 0}}, where)[source].words[0];
  EndGather(mask, where);
  return result;
}

void CopyLater(void* to, const void* from, size_t num_bytes, size_t num_read) {
  Fiber& fiber = Block::Current()->running();
  fiber.copies.push_back({to, from, num_bytes, num_read, fiber.copy_group});
}

void CommitCopies() { ++Block::Current()->running().copy_group; }

// ThreadSanitizer knows no fences: to it, each fence comes after every earlier one. So it stays
// silent about fences without an atomic between them, and speaks where a fence is missing.
void Fence() {
  static std::atomic<int> fences{0};
  std::atomic_thread_fence(std::memory_order_seq_cst);
  Release(&fences);
  Acquire(&fences);
}

void Fail(const std::string& what, Where where) {
  throw KernelError(Text(where) + ": " + Name(Block::Current()->running()) + " " + what);
}

}  // namespace dsb::cudahost
