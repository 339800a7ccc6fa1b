import type { ErrorBody } from '@regia/core'
import type { ScoreFileRequest, ScoreFileResult } from './score-file.ts'
import type { ScoringProgress } from './scoring-progress.ts'

/** What is scored, without what does not cross to another process: the model is a file. */
export type ScoreInChildRequest = Omit<ScoreFileRequest, 'model' | 'onProgress' | 'signal' | 'now'> & {
  readonly modelPath: string
}

export type ToScorer = { readonly kind: 'score'; readonly request: ScoreInChildRequest } | { readonly kind: 'cancel' }
export type FromScorer =
  | { readonly kind: 'progress'; readonly progress: ScoringProgress }
  | { readonly kind: 'done'; readonly result: ScoreFileResult }
  | { readonly kind: 'failed'; readonly error: ErrorBody }
