// Rows of an embedding table, decoded when they are looked up. The table's bytes belong to an open
// model file.
#pragma once

#include <cstdint>
#include <span>

#include "engines/model_files/tensor.h"

namespace dsb {

class Embedding {
 public:
  Embedding() = default;
  // `table` outlives the object: shape [rows, cols].
  explicit Embedding(const StoredTensor& table) : table_(&table) {}

  const StoredTensor& table() const { return *table_; }
  int64_t rows() const { return table_->rows(); }
  int64_t cols() const { return table_->cols(); }
  // out.size() == cols(); 0 <= id < rows().
  void Lookup(int32_t id, std::span<float> out) const {
    const int64_t row_bytes = RowBytes(table_->type, cols());
    DequantizeRow(table_->type, table_->bytes.data() + id * row_bytes, out);
  }

 private:
  const StoredTensor* table_ = nullptr;
};

}  // namespace dsb
