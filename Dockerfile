# syntax=docker/dockerfile:1
# One program in a small image. Built by the same targets as on a developer's machine.
#   docker build -t arkdeck .
#   docker run --rm --network host -v arkdeck:/var/lib/arkdeck arkdeck      # then http://127.0.0.1:3000

FROM rust:1.95-trixie AS build
RUN apt-get update -qq \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends make nodejs npm \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /arkdeck

# The tools are built in a layer of their own: it stays when only the sources change.
COPY Makefile Cargo.toml Cargo.lock ./
COPY scripts scripts
COPY style/package.json style/package-lock.json style/
RUN make setup

COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/arkdeck/target \
    make build && install -m 755 target/release/arkdeck /usr/local/bin/arkdeck

FROM debian:trixie-slim
# Models and tools are asked over TLS; the certificates of their authorities come from here.
RUN apt-get update -qq \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o 65532 -g 65532 -m 700 /var/lib/arkdeck
COPY --from=build /usr/local/bin/arkdeck /usr/local/bin/arkdeck
USER 65532:65532
ENV ARKDECK_DATA_DIR=/var/lib/arkdeck
VOLUME /var/lib/arkdeck
ENTRYPOINT ["arkdeck"]
CMD ["serve"]
