// RETURN_IF_ERROR and ASSIGN_OR_RETURN: the two shapes in which a status travels up.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define KOLORS_CONCAT_INNER(a, b) a##b
#define KOLORS_CONCAT(a, b) KOLORS_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)                                         \
  do {                                                                      \
    if (absl::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

#define ASSIGN_OR_RETURN(target, expression) \
  ASSIGN_OR_RETURN_IMPL(KOLORS_CONCAT(status_or_, __LINE__), target, expression)

#define ASSIGN_OR_RETURN_IMPL(temporary, target, expression) \
  auto temporary = (expression);                             \
  if (!temporary.ok()) return std::move(temporary).status(); \
  target = *std::move(temporary)
