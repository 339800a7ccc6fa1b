import type {
  ColumnType,
  commandSpecSchema,
  DEFINITION,
  graphStepSchema,
  ModelPackage,
  PortType,
  pipelineGraphSchema,
  Rng,
  Row,
  Table,
  TableSchema,
} from '@regia/core'
import type { z } from 'zod'
import type { Predictions } from '../models/index.ts'

/** Reads what JSON brings into a value; Zod's schemas fit. */
export type ValueParser = {
  readonly safeParse: (value: unknown) =>
    | { readonly success: true; readonly data: unknown }
    | {
        readonly success: false
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
        }
      }
}

/** A port as its step declares it, with the live parser that JSON Schema cannot hold. */
export type PortDefinition =
  | { readonly port: 'value'; readonly schema: ValueParser }
  | { readonly port: 'table'; readonly schema?: TableSchema | undefined }
  | { readonly port: 'file'; readonly mediaType?: string | undefined }
  | { readonly port: 'folder' }
  | { readonly port: 'model'; readonly isOptional: boolean }
  | { readonly port: 'list'; readonly item: PortDefinition }

/** A table on disk (Parquet). Its rows are read only when asked for. */
export type TableHandle = {
  readonly rowCount: number
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[]
  /** Path of the Parquet file; empty for a table that is only in memory. */
  readonly path: string
  /** The rows, all columns or only some. */
  readonly read: (columns?: readonly string[]) => Promise<Table>
}

/** A model package that a step may ask for predictions. */
export type ModelHandle = {
  readonly manifest: ModelPackage
  readonly path: string
  /** Probabilities per class for a classifier, values for a regression. */
  readonly predict: (table: Table) => Promise<Predictions>
  /** One number a row, shape (rows,): the probability of the positive class, or the value of a regression. */
  readonly scores: (table: Table) => Promise<Float32Array>
}

/** How far a step is: a fraction of 1, or what is done of a total, as learners count it. */
export type Progress = number | { readonly done: number; readonly total: number }

/** A file that a step made or got. */
export type FileHandle = { readonly path: string; readonly mediaType?: string | undefined }

/** A folder that a step made or got, with all its files in it; `count` and `sizeBytes` are of those files. */
export type FolderHandle = { readonly path: string; readonly count: number; readonly sizeBytes: number }

/** What a step may use beside its inputs. */
export type StepContext = {
  /** Writes a line to the log of this attempt. */
  readonly log: (text: string) => void
  /** Says how far the step is. Cheap enough for an inner loop. */
  readonly progress: (progress: Progress, message?: string) => void
  /** Logs one number of the run; `step` is the training step, 0 where there is none. */
  readonly metric: (name: string, value: number, step?: number) => void
  /** The seed of this step: the same for the same code and inputs, so that a repeated run gives equal results. */
  readonly seed: string
  readonly rng: Rng
  /** A folder of this attempt alone. */
  readonly dir: string
  /** Aborts when the run is cancelled or the step's time is up. */
  readonly signal: AbortSignal
  /** Runs SQL (DuckDB) over some tables, which it sees as views of these names. */
  readonly sql: (
    text: string,
    options?: { readonly tables?: { readonly [name: string]: TableHandle | Table } },
  ) => Promise<TableHandle>
}

/** What a step process needs of a step: its ports and its function. */
export type StepDefinition = {
  readonly [DEFINITION]: 'step'
  readonly stepName: string
  readonly inputs: { readonly [name: string]: PortDefinition }
  readonly outputs: { readonly [name: string]: PortDefinition }
  readonly execute: (inputs: { readonly [name: string]: unknown }, context: StepContext) => unknown | Promise<unknown>
}

/** What discovery needs of a pipeline. Code digests are added by who bundles. */
export type PipelineDefinition = {
  readonly [DEFINITION]: 'pipeline'
  readonly pipelineName: string
  readonly graph: DraftGraph
  /** By step name. */
  readonly steps: ReadonlyMap<string, StepDefinition>
}

/** As an author's front end hands it over: what has a default may be left out. */
export type DraftStep = Omit<z.input<typeof graphStepSchema>, 'codeDigest' | 'codeFiles' | 'command'> & {
  readonly command?: DraftCommand | undefined
}

/** A command as its author writes it: `files` are globs inside the project, whose files discovery reads. */
export type DraftCommand = Omit<z.input<typeof commandSpecSchema>, 'files'> & {
  readonly files?: readonly string[] | undefined
}
export type DraftGraph = Omit<z.input<typeof pipelineGraphSchema>, 'steps' | 'lockfileDigest'> & {
  readonly steps: readonly DraftStep[]
}

export type TableOutput = TableHandle | Table | readonly Row[]
export type { PortType }
