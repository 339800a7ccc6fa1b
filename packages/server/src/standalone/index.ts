export { type BundleManifest, bundleManifestSchema } from './bundle-manifest.ts'
export { DEFAULT_LIMITS, type ModelServerLimits } from './limits.ts'
export { jsonLines, type WriteEvent } from './log-line.ts'
export { createModelServer, type ModelServer, type ModelServerOptions } from './model-server.ts'
