export { type ScoreFileRequest, type ScoreFileResult, scoreFile } from './score-file.ts'
export type { OnScoringProgress, ScoringProgress } from './scoring-progress.ts'
