import type { BundleContext } from '../bundle-target.ts'
import { portOf, textSetting } from '../settings.ts'

/** Debian, since onnxruntime has no build for musl; pinned, so that the same folder makes the same image. */
export const NODE_IMAGE = 'node:24.21.0-bookworm-slim'

/** No user of the base image: the number is enough, and fits any. */
export const USER_ID = 10_001

/** Copies alone: nothing is run, so that it needs neither a network nor a machine of the image's own platform; the server is not root. */
export function dockerfile(context: BundleContext): string {
  const { model, settings, regia } = context
  const port = portOf(context)
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
  return `ARG NODE_IMAGE=${baseImage(settings)}
FROM \${NODE_IMAGE}

LABEL ${label.join(' \\\n      ')}

ENV NODE_ENV=production \\
    ORT_DISABLE_TELEMETRY=1 \\
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

const baseImage = (settings: BundleContext['settings']): string =>
  textSetting(
    settings,
    'node-image',
    /^[a-z0-9][\w./:@-]*$/,
    'the name of an image, such as node:24.21.0-bookworm-slim',
  )
