import { RegiaError } from '@regia/core'
import type { BundleContext } from '../bundle-target.ts'

/** Debian, since onnxruntime has no build for musl; pinned, so that the same folder makes the same image. */
export const NODE_IMAGE = 'node:24.21.0-bookworm-slim'

/** No user of the base image: the number is enough, and fits any. */
export const USER_ID = 10_001

/** Copies alone: nothing is run, so that it needs neither a network nor a machine of the image's own platform; the server is not root. */
export function dockerfile({ model, settings, regia }: BundleContext): string {
  const port = readPort(settings.port)
  const labels = {
    title: model.name,
    version: String(model.version),
    description: `Model server for ${model.name}, version ${model.version}`,
    vendor: 'Regia',
  }
  const label = [
    ...Object.entries(labels).map(([key, value]) => `org.opencontainers.image.${key}=${JSON.stringify(value)}`),
    `dev.regia.package=${JSON.stringify(model.digest)}`,
    `dev.regia.version=${JSON.stringify(regia)}`,
  ]
  return `ARG NODE_IMAGE=${settings['node-image'] ?? NODE_IMAGE}
FROM \${NODE_IMAGE}

LABEL ${label.join(' \\\n      ')}

ENV NODE_ENV=production \\
    REGIA_HOST=0.0.0.0 \\
    REGIA_PORT=${port}

WORKDIR /app
COPY node_modules ./node_modules
COPY bundle.json model.zip THIRD-PARTY.txt ./
COPY *.mjs ./

# A new volume that is mounted here takes over its owner.
COPY --chown=${USER_ID}:${USER_ID} log /log

USER ${USER_ID}:${USER_ID}
EXPOSE ${port}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "healthcheck.mjs"]
CMD ["node", "server.mjs"]
`
}

/** @throws RegiaError `INVALID_INPUT`: below 1024 a user other than root may not listen. */
export function readPort(text = '8080'): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1024 && port <= 65_535) return port
  throw new RegiaError('INVALID_INPUT', `"${text}" is no port for a server that is not root.`, {
    where: '--set port',
    hint: 'Use 1024 to 65535.',
  })
}
