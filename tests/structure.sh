#!/usr/bin/env bash
# Includes go one way, and LibTorch stays in core: docs/architecture.md, "The rooms".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
failed=0
# forbid FOLDER… -- INCLUDE-PATTERN: prints every offending line
forbid() {
  local folders=()
  while [[ $1 != -- ]]; do [[ -d $1 ]] && folders+=("$1"); shift; done
  if grep -rnE "#include [\"<]($2)" --include='*.h' --include='*.cc' --include='*.cu' "${folders[@]}"; then
    echo "structure: the includes above cross a border (must not reach $2)" >&2
    failed=1
  fi
}
forbid core -- 'server/|client/|grpc|google/protobuf|kolors/v1|sqlite|spdlog|prometheus'
forbid core/base core/io core/image core/text -- 'core/(ops|layers|models|sampling|pipeline|engine)/'
forbid core/ops -- 'core/(layers|models|pipeline|engine|text)/'
forbid core/layers -- 'core/(models|pipeline|engine|text)/'
forbid core/models -- 'core/(pipeline|engine|text)/'
forbid core/sampling -- 'core/(ops|layers|models|pipeline|engine|io|image|text)/'
forbid core/pipeline -- 'core/engine/'
forbid server client -- 'ATen/|c10/|torch/|core/(ops|layers|models|pipeline)/'
forbid client/include client/src client/cli -- 'server/'
forbid client/include -- 'grpc|google/protobuf|kolors/v1'
forbid core -- 'torch/torch\.h'
exit $failed
