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
  && (id node >/dev/null 2>&1 || useradd --create-home node) \
  && mkdir -p /work /data && chown node:node /work /data
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build --chown=node:node /app /app
RUN ln -s /app/dist/orchestrator/cli.js /usr/local/bin/scalesweep
USER node
WORKDIR /work
ENV NODE_ENV=production SCALESWEEP_DATA=/data
# tini passes signals on and buries what is orphaned; scalesweep saves its state on SIGTERM.
ENTRYPOINT ["tini", "--", "scalesweep"]
CMD ["--help"]
