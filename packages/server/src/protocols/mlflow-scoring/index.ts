export { addScoringRoutes, type ScoringDeps } from './routes.ts'
export { scoringProtocol } from './scoring-protocol.ts'
