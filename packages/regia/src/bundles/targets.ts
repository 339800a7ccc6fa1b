import type { BundleTarget } from './bundle-target.ts'
import { docker } from './docker/docker.ts'

/** Every target of `regia bundle`, in the order of the help. */
export const BUNDLE_TARGETS: readonly BundleTarget[] = [docker]
