// Where a run's figures come from, a line each: machine, GPU, build, files. Text for readers; what
// makes two runs comparable is in results/run_facts.h.
#pragma once

#include <string>
#include <vector>

#include "results/run_data.h"
#include "results/run_facts.h"

namespace dsb {

// "AMD ... , 2 cores, 16.0 GiB, Debian ..., Linux ..."
std::string MachineLine(const RunData& data);
// "NVIDIA H100, 79.1 GiB, driver 580.1", "none (no driver)"; "" if the run does not say.
std::string GpuFact(const RunData& data);
std::string BuildLine(const RunData& data);
// "target NAME (93.8 MiB, sha256 0123456789ab..), weights stored"
std::string ArtifactLine(const RunData& data, const std::string& role);
// Of a server's run: "llama-server b7, model NAME at http://127.0.0.1:8080, chat; tokens counted by
// ids; the machine is the client's". Of an imported one, from what. "" of this program's engines.
std::string ServerLine(const RunData& data);
// What of the workload the run left out, items named: "1 prompt, too long for the context (a-17);
// 80 turns, not played: first turns only"; "" if nothing.
std::string LeftOutLine(const RunData& data);
// Fields that a reader should see when they differ: machine, build, device, weights, threads,
// users, seed.
std::vector<Fact> SideFacts(const RunData& data);

}  // namespace dsb
