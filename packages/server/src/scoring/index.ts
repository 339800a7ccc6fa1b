export { addScoringRoutes } from './routes.ts'
export type { ScoringModel } from './scoring-deps.ts'
export { ScoringService } from './scoring-service.ts'
