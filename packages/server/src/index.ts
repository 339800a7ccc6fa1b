export { createServer, type RegiaServer, ROLES, type Role, type ServerOptions } from './app.ts'
export { claimHome, findOwner, type HomeClaim } from './home/claim-home.ts'
export { readServerFile, type ServerFile } from './home/server-file.ts'
export type { CustomNotifier } from './notifications/index.ts'
export {
  type BundleManifest,
  createModelServer,
  jsonLines,
  type ModelServer,
  type ModelServerLimits,
  type ModelServerOptions,
  readServerEnvironment,
  type ServerEnvironment,
} from './standalone/index.ts'
