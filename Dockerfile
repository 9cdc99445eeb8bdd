# One image for orchestrator and workers. GPU workers want the NVIDIA container toolkit on the host, ONNX Runtime's CUDA library,
# which `--build-arg ONNXRUNTIME_INSTALL=cuda12` fetches (from outside the npm registry, so not by default), and a RUNTIME image
# with CUDA 12 and cuDNN 9 (Debian's or Ubuntu's apt-get, glibc 2.36 or newer).
ARG RUNTIME=node:20.20-bookworm-slim
FROM node:20.20-bookworm-slim AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 make g++ ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ARG ONNXRUNTIME_INSTALL=skip
COPY . .
RUN npm ci \
  && npm prune --omit=dev --ignore-scripts \
  && ONNXRUNTIME_NODE_INSTALL=$ONNXRUNTIME_INSTALL node node_modules/onnxruntime-node/script/install.js

FROM ${RUNTIME}
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini libstdc++6 \
  && rm -rf /var/lib/apt/lists/* \
  && mkdir -p /work /data /checkpoints && chown 1000:1000 /work /data /checkpoints
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /app /app
RUN ln -s /app/dist/orchestrator/cli.js /usr/local/bin/scalesweep
# By number, and owning the folders that volumes are mounted on: workers of both images share datasets and checkpoints.
USER 1000:1000
WORKDIR /work
ENV NODE_ENV=production HOME=/work SCALESWEEP_DATA=/data
# tini passes signals on and buries what is orphaned; scalesweep saves its state on SIGTERM.
ENTRYPOINT ["tini", "--", "scalesweep"]
CMD ["--help"]
