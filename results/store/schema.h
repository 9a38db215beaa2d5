// The SQL text of the schema (measurement.md 12). Text only; nothing here talks to SQLite.
// Every table is STRICT; enums, counts and JSON have CHECKs; what belongs to a run goes with it.
// A change needs a higher kSchemaVersion and the new columns' descriptions (columns.h): migrate.cc
// finds by itself which tables to rebuild.
#pragma once

namespace dsb {

inline constexpr int kApplicationId = 0x44534231;  // "DSB1"

// Run in this order on an empty database.
extern const char* const kRunTablesSql;      // what a run is: machine, build, inputs, prompts
extern const char* const kEventTablesSql;    // what happened: requests, rounds, steps, samples
extern const char* const kDerivedTablesSql;  // what was concluded: metrics, comparisons, audits
extern const char* const kIndexesSql;
extern const char* const kViewsSql;  // stable names for notebooks

}  // namespace dsb
