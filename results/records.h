// The record types of the store, one struct a table (measurement.md 12). Plain data: no engine, no
// SQL. Times are nanoseconds on one monotonic clock, relative to the run's start.
#pragma once

#include "results/metric_record.h"
#include "results/request_record.h"
#include "results/run_record.h"
#include "results/step_record.h"
