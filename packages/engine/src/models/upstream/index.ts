export type { ReadSecret } from './credentials.ts'
export { openUpstream } from './open-upstream.ts'
export { packageUpstream, type UpstreamToPackage } from './package-upstream.ts'
