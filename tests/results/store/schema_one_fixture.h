// A version 1 file with a row in every table.
#pragma once

#include "tests/results/store/store_fixture.h"

namespace dsb {

class SchemaOneFixture : public StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    Change(Path(), Contents(kSchemaOneFile));
    Change(Path(), kMoreRows);
    Change(Path(), "PRAGMA journal_mode=WAL; PRAGMA optimize; ANALYZE");
    before_ = Contents(Path());
  }
  std::string Backup() const { return Path() + ".v1-backup"; }

  std::string before_;  // the file's bytes

 private:
  static constexpr const char* kMoreRows = R"sql(
INSERT INTO environment VALUES (3, 'f3', 'm', 'cpu', 'avx2', 2, 4, 1024, 'os', 'k', 1, 'GPU', 2, 80, 'd', 'c', 700, '{"a":1}');
INSERT INTO build VALUES (4, 'f4', '0.1.0', 'abc', 1, 'diff', 'g++', 'Release', '', 'avx2', '3.40.1', '{}');
INSERT INTO artifact VALUES (5, 'report', 'r', 'r-sha', 11, 'here', '{"b":2}');
INSERT INTO run VALUES (7, 'second-run', 'x', 'interrupted', 'SIGINT', '2026-01-02T00:00:00Z', NULL, 3, 4, 'simulated', 'null', 3, 'fixed', 'open', 2.5, NULL, 0.7, 0.9, 20, 16, -1, 2, 1, 'virtual', 'none', 0, 42, 'boot', '{"label":"c"}', 'c7');
INSERT INTO run_artifact VALUES (7, 'workload', 1), (7, 'report', 5);
INSERT INTO run_flag VALUES (7, 'synthetic_acceptance', 'null engine'), (7, 'dirty', '');
INSERT INTO segment VALUES (6, 7, 5, NULL, NULL, NULL);
INSERT INTO prompt VALUES (9, 1, 'p2', 'c2', 1, 'set', 'code', 3, 't2');
INSERT INTO request VALUES (11, 7, 6, 9, 2, 'warmup', 5, 1, 2, NULL, NULL, NULL, NULL, 0, 0, 'error', 'lost', 'ids', NULL, NULL);
INSERT INTO request VALUES (12, 7, 6, 9, 0, 'measured', 5, 1, 2, 3, 10, 30, 1, 3, 1, 'length', NULL, 'ids', NULL, x'050000000600000007000000');
INSERT INTO burst VALUES (12, 0, 10, 1), (12, 1, 30, 2);
INSERT INTO round VALUES (12, 0, NULL, 3, 1, 1, 1, 2, 0, NULL, x'06000000');
INSERT INTO kernel_time VALUES (7, 'draft', 'gemm', 0, 8, 2, 30, 10, 20, 100, NULL);
INSERT INTO environment_sample VALUES (7, 1, 0, 2, 3, 4, 5, 6, 7);
INSERT INTO comparison VALUES (13, 1, 7, '{}', 'pass', 0, '2026-01-03T00:00:00Z', '{}');
INSERT INTO comparison_metric VALUES (13, 'm', 'all', 1.0, 0.5, 1.5, 0.02, NULL, 'pass', 3);
INSERT INTO noise_floor VALUES (1, 1, 1, 'm', 3, 0.5, 0.25, '2026-01-04T00:00:00Z');
INSERT INTO audit VALUES (2, 7, 'static', 's', 3, 1, '{}', 'fail', '2026-01-05T00:00:00Z');
)sql";
};

}  // namespace dsb
