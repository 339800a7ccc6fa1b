import type { ErrorBody, Signature } from '@regia/core'
import type { InputColumns, TimedPredictions } from '../model-session.ts'

/** A graph as a thread is told to load it. Its key says which, also across models that share one. */
export type ThreadGraph = { readonly key: string; readonly graph: Uint8Array; readonly signature: Signature }

export type ToThread =
  | ({ readonly kind: 'load'; readonly id: number } & ThreadGraph)
  | {
      readonly kind: 'run'
      readonly id: number
      readonly key: string
      readonly columns: InputColumns
      readonly rowCount: number
    }
  | { readonly kind: 'forget'; readonly key: string }

export type FromThread =
  | { readonly id: number; readonly answer: TimedPredictions | undefined }
  | { readonly id: number; readonly error: ErrorBody }
