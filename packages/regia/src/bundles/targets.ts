import { browser } from './browser/browser.ts'
import type { BundleTarget } from './bundle-target.ts'
import { compose } from './compose/compose.ts'
import { docker } from './docker/docker.ts'
import { ec2 } from './ec2/ec2.ts'
import { ecs } from './ecs/ecs.ts'
import { kubernetes } from './kubernetes/kubernetes.ts'
import { lambda } from './lambda/lambda.ts'

/** Every target of `regia bundle`, in the order of the help. */
export const BUNDLE_TARGETS: readonly BundleTarget[] = [docker, compose, kubernetes, ecs, ec2, lambda, browser]
