import type { Lifecycle } from './experiment.ts'
import type { FilterGrammar } from './filter/index.ts'
import type { ChartQuery, MetricCurve } from './metric-chart.ts'
import type {
  ExperimentRecord,
  LoggedModelRecord,
  MetricValue,
  NewRun,
  RunBatch,
  RunChange,
  RunInputs,
  RunRecord,
  RunWithInputs,
} from './records.ts'
import type { TrackedDataset, TrackingFields } from './tracked-run.ts'

/**
 * What the control plane offers to everything that speaks of tracking: Regia's own routes, foreign protocols, pipelines, imports. Acknowledged
 * means committed. Errors are `RegiaError`s: `NOT_FOUND` for what is not there, `ALREADY_EXISTS` for a name in use, `CONFLICT` for a change that the
 * state forbids (a deleted run, another value of a param), `INVALID_INPUT` for the rest.
 */

/** Which, in what order, and which page of them. */
export type Search = {
  readonly filter?: string | undefined
  readonly orderBy?: readonly string[] | undefined
  readonly limit: number
  /** From the page before, under the same filter and order. @throws RegiaError `INVALID_INPUT` for any other. */
  readonly cursor?: string | undefined
  /** How filter and order are read; Regia's own where absent. */
  readonly grammar?: FilterGrammar | undefined
}
export type Found<Item> = { readonly items: readonly Item[]; readonly nextCursor?: string }

export interface Experiments {
  /** Experiment "0" is there from the start. @throws RegiaError `ALREADY_EXISTS`. */
  create(experiment: {
    readonly name: string
    readonly artifactRoot?: string
    readonly note?: string
    readonly tags?: Readonly<Record<string, string>>
  }): Promise<ExperimentRecord>
  /** Also a deleted one. @throws RegiaError `NOT_FOUND`. */
  get(id: string): Promise<ExperimentRecord>
  /** The active one of that name, else the one that was deleted last. */
  findByName(name: string): Promise<ExperimentRecord | undefined>
  /** The active one of that name, made where there is none. */
  getOrCreate(name: string): Promise<ExperimentRecord>
  /** @throws RegiaError `NOT_FOUND`, `ALREADY_EXISTS`, `CONFLICT` for a deleted one. */
  update(
    id: string,
    change: {
      readonly name?: string | undefined
      readonly note?: string | null | undefined
      /** `null` takes a tag away. */
      readonly tags?: Readonly<Record<string, string | null>> | undefined
    },
  ): Promise<ExperimentRecord>
  /** With its runs. @throws RegiaError `NOT_FOUND`, also where it is deleted already. */
  delete(id: string): Promise<ExperimentRecord>
  /** With the runs that went with it. @throws RegiaError `NOT_FOUND` where it is not deleted, `ALREADY_EXISTS` where its name is taken. */
  restore(id: string): Promise<ExperimentRecord>
  setTags(id: string, tags: Readonly<Record<string, string>>): Promise<void>
  /** Says whether it was there. */
  deleteTag(id: string, key: string): Promise<boolean>
  /** By default the last changed first. */
  search(search: Search & { readonly lifecycle: Lifecycle | 'all' }): Promise<Found<ExperimentRecord>>
}

export interface Runs {
  /** A name is made up where none is given. With an id that is there it answers the run that has it. @throws RegiaError `NOT_FOUND`, `CONFLICT` for a deleted experiment. */
  create(run: NewRun): Promise<RunRecord>
  /** Also a deleted one. @throws RegiaError `NOT_FOUND`. */
  get(id: string): Promise<RunWithInputs>
  /** @throws RegiaError `NOT_FOUND`, `CONFLICT` for a deleted run. */
  update(id: string, change: RunChange): Promise<RunRecord>
  /** @throws RegiaError `NOT_FOUND`, `CONFLICT` for a deleted run or a param that would change (`data.params`: key, old and new value of each). */
  log(id: string, batch: RunBatch): Promise<void>
  /** Says whether it was there. @throws RegiaError `NOT_FOUND`, `CONFLICT`. */
  deleteTag(id: string, key: string): Promise<boolean>
  /** Deleting a deleted one does no harm. */
  delete(id: string): Promise<RunRecord>
  restore(id: string): Promise<RunRecord>
  /** Inputs and outputs of many runs, by id. */
  inputsOf(ids: readonly string[]): Promise<ReadonlyMap<string, RunInputs>>
  /** Distinct datasets that runs of these experiments read. */
  datasetsOf(
    experimentIds: readonly string[],
    limit: number,
  ): Promise<readonly (Pick<TrackedDataset, 'name' | 'digest' | 'context'> & { readonly experimentId: string })[]>
}

export type RunSearchQuery = Search & {
  /** None finds nothing; all active experiments where absent. */
  readonly experimentIds?: readonly string[]
  readonly lifecycle: Lifecycle | 'all'
  readonly parent?: string | undefined
  readonly select?:
    | {
        readonly params?: readonly string[] | undefined
        readonly metrics?: readonly string[] | undefined
        readonly tags?: readonly string[] | undefined
      }
    | undefined
}

export interface RunSearch {
  /** Filtered, ordered and paged by the database; by default the last started first. */
  search(query: RunSearchQuery): Promise<Found<RunRecord>>
  count(query: Omit<RunSearchQuery, 'limit' | 'cursor' | 'orderBy' | 'select'>): Promise<number>
  fields(experimentIds: readonly string[] | undefined, prefix: string | undefined): Promise<TrackingFields>
}

export interface MetricHistory {
  /** By time, step and value. Nothing for a key or run that is not there. */
  list(
    runId: string,
    key: string,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Found<MetricValue>>
  /** Of several runs, by run, time, step and value; at most `limit` points in all. */
  listBulk(
    runIds: readonly string[],
    key: string,
    limit: number,
  ): Promise<readonly (MetricValue & { readonly runId: string })[]>
  /** Every point at some steps, spread evenly over `from` to `until`, with each run's own first and last step among them. */
  sampleSteps(query: {
    readonly runIds: readonly string[]
    readonly key: string
    readonly from?: number
    readonly until?: number
    readonly limit: number
  }): Promise<readonly (MetricValue & { readonly runId: string })[]>
  chart(query: Required<Pick<ChartQuery, 'runs' | 'keys'>> & ChartQuery): Promise<readonly MetricCurve[]>
}

export type LoggedModelOrder = {
  readonly field: string
  readonly isDescending: boolean
  readonly datasetName?: string
  readonly datasetDigest?: string
}

export interface LoggedModels {
  /** With an id that is there it answers the model that has it. */
  create(model: {
    readonly id?: string
    readonly experimentId: string
    readonly name?: string
    readonly modelType?: string
    readonly status?: LoggedModelRecord['status']
    readonly sourceRunId?: string
    readonly params?: readonly { readonly key: string; readonly value: string }[]
    readonly tags?: readonly { readonly key: string; readonly value: string }[]
  }): Promise<LoggedModelRecord>
  /** @throws RegiaError `NOT_FOUND`. */
  get(id: string): Promise<LoggedModelRecord>
  setStatus(id: string, status: LoggedModelRecord['status']): Promise<LoggedModelRecord>
  setTags(id: string, tags: readonly { readonly key: string; readonly value: string }[]): Promise<LoggedModelRecord>
  deleteTag(id: string, key: string): Promise<boolean>
  logParams(id: string, params: readonly { readonly key: string; readonly value: string }[]): Promise<void>
  delete(id: string): Promise<void>
  /** By default the newest first. `datasets` narrows the metrics that filter and order look at. */
  search(
    search: Omit<Search, 'orderBy'> & {
      /** None finds nothing; all experiments where absent. */
      readonly experimentIds?: readonly string[] | undefined
      readonly orderBy?: readonly LoggedModelOrder[]
      readonly datasets?: readonly { readonly name: string; readonly digest?: string }[]
    },
  ): Promise<Found<LoggedModelRecord>>
}

/** All of it. */
export type TrackingStores = {
  readonly experiments: Experiments
  readonly runs: Runs
  readonly search: RunSearch
  readonly metrics: MetricHistory
  readonly loggedModels: LoggedModels
}
