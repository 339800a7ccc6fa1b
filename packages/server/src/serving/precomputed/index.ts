export { type LookedUp, lookUp, type PrecomputedScores, servedOf } from './precomputed-scores.ts'
export { type FoundScores, PrecomputedService } from './precomputed-service.ts'
export { addPrecomputedRoutes } from './routes.ts'
