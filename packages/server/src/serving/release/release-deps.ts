import type { ServingDeps } from '../endpoints/endpoint-deps.ts'

/** What the services of releases need of the subject. */
export type ReleaseDeps = Pick<ServingDeps, 'releases' | 'figures' | 'directory' | 'findFacts' | 'clock' | 'newId'>
