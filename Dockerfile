# Builds everything once; each target is one process and what that needs to run (docs/adr/0032).
#   docker build --target gateway .
ARG NODE_IMAGE=node:22.21.1-bookworm-slim

# The manifests alone, so that the dependencies are installed anew only where one of these changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete

FROM ${NODE_IMAGE} AS build
WORKDIR /app
ENV TURBO_TELEMETRY_DISABLED=1
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY . .
RUN npm run build
RUN for workspace in gateway subgraphs/user subgraphs/product subgraphs/order subgraphs/notification subgraphs/comment prisma local; do \
      node deploy/containers/runtime-tree.mjs "$workspace" "/out/${workspace#subgraphs/}" || exit 1; \
    done && cp supergraph.graphql /out/gateway/

# Node and what it and native modules are linked with: no shell, no package manager, nothing to run but our processes.
FROM ${NODE_IMAGE} AS files
RUN mkdir -p /files/usr/local/bin /files/etc /files/tmp /files/data/mailbox && \
    cp /usr/local/bin/node /files/usr/local/bin/ && \
    { ldd /usr/local/bin/node | grep -o '/[^ ]*'; dpkg -L libc6 libgcc-s1 libstdc++6 | grep -E '^(/usr)?/lib/[^/]+/lib[^/]+\.so[^/]*$'; } \
      | sort -u | xargs cp --dereference --parents --target-directory=/files && \
    printf 'node:x:1000:1000::/tmp:/nonexistent\n' > /files/etc/passwd && \
    printf 'node:x:1000:\n' > /files/etc/group && \
    printf 'hosts: files dns\n' > /files/etc/nsswitch.conf && \
    chmod 1777 /files/tmp && chown -R 1000:1000 /files/data

FROM scratch AS runtime
COPY --from=files /files /
COPY deploy/containers/ready.mjs /ready.mjs
WORKDIR /app
USER 1000:1000
EXPOSE 9464
# What is known to everyone is refused unless the container is told that it is no production.
ENV PATH=/usr/local/bin NODE_ENV=production HOST=0.0.0.0 OPS_HOST=0.0.0.0 MAILBOX_DIR=/data/mailbox
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--require", "@shop/telemetry/preload"]
HEALTHCHECK --interval=10s --timeout=10s --start-period=120s --start-interval=2s CMD ["node", "/ready.mjs", "http://127.0.0.1:9464/readyz"]

FROM runtime AS gateway
COPY --from=build /out/gateway ./
ENV OTEL_SERVICE_NAME=gateway
EXPOSE 8085
# As `npm run gateway`: answers of 80 KB do not grow old with it.
CMD ["--max-semi-space-size=32", "gateway/dist/main.js"]

FROM runtime AS user
COPY --from=build /out/user ./
ENV OTEL_SERVICE_NAME=user
EXPOSE 8080
CMD ["subgraphs/user/dist/main.js"]

FROM runtime AS product
COPY --from=build /out/product ./
ENV OTEL_SERVICE_NAME=product
EXPOSE 8081 8181
CMD ["subgraphs/product/dist/main.js"]

FROM runtime AS order
COPY --from=build /out/order ./
ENV OTEL_SERVICE_NAME=order
EXPOSE 8082
CMD ["subgraphs/order/dist/main.js"]

FROM runtime AS notification
COPY --from=build /out/notification ./
ENV OTEL_SERVICE_NAME=notification
EXPOSE 8083
CMD ["subgraphs/notification/dist/main.js"]

FROM runtime AS comment
COPY --from=build /out/comment ./
ENV OTEL_SERVICE_NAME=comment
EXPOSE 8084
CMD ["subgraphs/comment/dist/main.js"]

# docker run … migrate user|order|comment
FROM runtime AS migrate
COPY --from=build /out/prisma ./
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "prisma/dist/apply.js"]
HEALTHCHECK NONE

# What local/ stands in for: the sandbox payment provider of a shop that is no production, and in CI the stores whose
# images cannot be pulled there. docker run … stand-in <kind> <options as JSON>
FROM runtime AS stand-in
COPY --from=build /out/local ./
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--require", "@shop/telemetry/preload", "local/dist/run-stand-in.js"]
