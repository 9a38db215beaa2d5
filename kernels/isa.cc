#include "kernels/isa.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "kernels/cpu/table.h"

namespace dsb {
namespace {

constexpr Isa kAll[] = {Isa::kPortable,   Isa::kAvx2,       Isa::kAvx512,
                        Isa::kAvx512Vnni, Isa::kAvx512Bf16, Isa::kAvx512Amx};

const cpu::KernelTable* TableOf(Isa isa) {
  switch (isa) {
    case Isa::kPortable:
      return cpu::PortableTable();
    case Isa::kAvx2:
      return cpu::Avx2Table();
    case Isa::kAvx512:
      return cpu::Avx512Table();
    case Isa::kAvx512Vnni:
      return cpu::Avx512VnniTable();
    case Isa::kAvx512Bf16:
      return cpu::Avx512Bf16Table();
    case Isa::kAvx512Amx:
      return cpu::Avx512AmxTable();
  }
  CheckFailed("isa is an enumerator", __FILE__, __LINE__);
}

Isa ChosenIsa() {
  const char* wanted = std::getenv("DSBENCH_ISA");
  if (wanted == nullptr || *wanted == '\0') return PreferredIsa();
  for (const Isa isa : kAll) {
    if (std::string(wanted) != IsaName(isa)) continue;
    if (isa > DetectedIsa()) {
      ThrowBadInput(std::string("DSBENCH_ISA=") + wanted + ": this processor offers " +
                    IsaName(DetectedIsa()) + " at most");
    }
    return isa;
  }
  ThrowBadInput(std::string("DSBENCH_ISA=") + wanted +
                ": expected portable, avx2, avx512, avx512vnni, avx512bf16 or avx512amx");
}

struct Active {
  Active() : isa(ChosenIsa()), table(TableOf(isa.load())) {}
  std::atomic<Isa> isa;
  std::atomic<const cpu::KernelTable*> table;
};

Active& TheActive() {
  static Active active;
  return active;
}

// clang 14's __builtin_cpu_supports does not know this feature.
bool SupportsF16c() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

// The tiles of a thread are 8 KiB that the system keeps for it at every switch: it does so for
// processes that asked, for all their threads, once.
bool AskForAmxTiles() {
  constexpr int64_t kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int64_t kTileData = 18;               // XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

bool HasAmx() {
  constexpr unsigned kAmxBf16 = 1u << 22, kAmxTile = 1u << 24;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  if ((edx & kAmxBf16) == 0 || (edx & kAmxTile) == 0) return false;
  static const bool granted = AskForAmxTiles();
  return granted;
}

}  // namespace

const char* IsaName(Isa isa) {
  switch (isa) {
    case Isa::kPortable:
      return "portable";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Vnni:
      return "avx512vnni";
    case Isa::kAvx512Bf16:
      return "avx512bf16";
    case Isa::kAvx512Amx:
      return "avx512amx";
  }
  CheckFailed("isa is an enumerator", __FILE__, __LINE__);
}

Isa DetectedIsa() {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !SupportsF16c()) {
    return Isa::kPortable;
  }
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq")) {
    return Isa::kAvx2;
  }
  if (!__builtin_cpu_supports("avx512vnni")) return Isa::kAvx512;
  if (!__builtin_cpu_supports("avx512bf16")) return Isa::kAvx512Vnni;
  return HasAmx() ? Isa::kAvx512Amx : Isa::kAvx512Bf16;
}

Isa PreferredIsa() {
  const Isa detected = DetectedIsa();
  if (detected == Isa::kAvx512Bf16 && __builtin_cpu_is("intel")) return Isa::kAvx512Vnni;
  return detected;
}

Isa ActiveIsa() { return TheActive().isa.load(std::memory_order_relaxed); }

void SetActiveIsaForTest(Isa isa) {
  DSB_CHECK(isa <= DetectedIsa());
  TheActive().isa.store(isa);
  TheActive().table.store(TableOf(isa));
}

const cpu::KernelTable& cpu::ActiveTable() {
  return *TheActive().table.load(std::memory_order_relaxed);
}

}  // namespace dsb
