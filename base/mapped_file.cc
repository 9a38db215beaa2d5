#include "base/mapped_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/error.h"

namespace dsb {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// What the signal handler may look at: it cannot take locks, so the mappings are a fixed table of
// atomics.
struct MappingTable {
  struct Range {
    std::atomic<uintptr_t> first{0};  // 0: the entry is free
    std::atomic<size_t> size{0};
  };
  std::array<Range, 512> ranges;

  bool Contains(uintptr_t address) const {
    for (const Range& range : ranges) {
      const uintptr_t first = range.first.load(std::memory_order_acquire);
      if (first > 1 && address >= first && address - first < range.size.load()) return true;
    }
    return false;
  }
  bool Add(uintptr_t first, size_t size) {
    for (Range& range : ranges) {
      uintptr_t expected = 0;
      if (!range.first.compare_exchange_strong(expected, 1)) continue;
      range.size.store(size);
      range.first.store(first, std::memory_order_release);
      return true;
    }
    return false;
  }
  void Remove(uintptr_t first) {
    for (Range& range : ranges) {
      if (range.first.load() == first) range.first.store(0);
    }
  }
};

// The one piece of process-wide state: a signal handler is process-wide.
MappingTable& Mappings() {
  static MappingTable table;
  return table;
}

void HandleBusError(int signal, siginfo_t* info, void*) {
  if (Mappings().Contains(reinterpret_cast<uintptr_t>(info->si_addr))) {
    constexpr char kMessage[] = "dsbench: a mapped model file was truncated while in use\n";
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
    ::_exit(static_cast<int>(ExitCode::kResource));
  }
  struct sigaction fall_back = {};
  fall_back.sa_handler = SIG_DFL;
  ::sigaction(signal, &fall_back, nullptr);  // the faulting access repeats and ends the process
}

void InstallHandlerOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    Mappings();
    struct sigaction action = {};
    action.sa_sigaction = HandleBusError;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, nullptr);
  });
}

std::string SystemMessage() { return std::strerror(errno); }

std::byte* ReadWhole(int fd, size_t size, const std::string& path) {
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    ThrowResource(path + ": no memory for its " + std::to_string(size) + " bytes");
  ::madvise(memory, size, MADV_HUGEPAGE);  // weights are streamed every pass: fewer TLB misses
  auto* bytes = static_cast<std::byte*>(memory);
  size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, bytes + done, size - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      const std::string why = got < 0 ? SystemMessage() : "it shrank while it was read";
      ::munmap(memory, size);
      ThrowResource(path + ": read " + std::to_string(done) + " of " + std::to_string(size) +
                    " bytes: " + why);
    }
    done += static_cast<size_t>(got);
  }
  return bytes;
}

std::byte* MapWhole(int fd, size_t size, const std::string& path) {
  InstallHandlerOnce();
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (memory == MAP_FAILED) ThrowResource(path + ": cannot map it: " + SystemMessage());
  if (!Mappings().Add(reinterpret_cast<uintptr_t>(memory), size)) {
    ::munmap(memory, size);
    ThrowResource(path + ": too many mapped files");
  }
  ::madvise(memory, size, MADV_WILLNEED);
  return static_cast<std::byte*>(memory);
}

}  // namespace

MappedFile::MappedFile(const std::string& path, size_t map_from_bytes) : path_(path) {
  // O_NONBLOCK: opening a pipe must not wait for its writer.
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) ThrowResource(path + ": cannot open it: " + SystemMessage());
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) ThrowResource(path + ": cannot stat it: " + SystemMessage());
  if (!S_ISREG(status.st_mode)) ThrowBadInput(path + ": expected a regular file");
  size_ = static_cast<size_t>(status.st_size);
  if (size_ == 0) return;
  data_ =
      size_ < map_from_bytes ? ReadWhole(fd.get(), size_, path) : MapWhole(fd.get(), size_, path);
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  Mappings().Remove(reinterpret_cast<uintptr_t>(data_));
  ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace dsb
