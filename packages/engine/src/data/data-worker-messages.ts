import type { ErrorBody } from '@regia/core'
import type { DataEngineOptions, DataWorker, IngestRequest } from './data-engine.ts'

/** The operations that a data worker's child process offers. */
export type Operation = Exclude<keyof DataWorker, 'close'>

export type ToChild =
  | { readonly kind: 'open'; readonly options: Omit<DataEngineOptions, 'signal'> }
  | { readonly kind: 'call'; readonly id: number; readonly call: Call }

/** One member per operation, so that arguments and operation cannot get mixed up. */
export type Call = {
  [Name in Operation]: {
    readonly operation: Name
    readonly args: Name extends 'ingest' ? readonly [IngestRequest] : Parameters<DataWorker[Name]>
  }
}[Operation]

export type FromChild =
  | { readonly kind: 'progress'; readonly id: number; readonly fraction: number; readonly message: string }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorBody | { readonly message: string } }
