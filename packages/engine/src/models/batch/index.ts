export type { ScoreInChildRequest } from './job-messages.ts'
export { type ScoreFileRequest, type ScoreFileResult, scoreFile } from './score-file.ts'
export { type ScoreInChildOptions, scoreInChild } from './score-in-child.ts'
export type { OnScoringProgress, ScoringProgress } from './scoring-progress.ts'
