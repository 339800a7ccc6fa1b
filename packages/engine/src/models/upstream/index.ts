export { openUpstream } from './open-upstream.ts'
export { packageUpstream, type UpstreamToPackage } from './package-upstream.ts'
