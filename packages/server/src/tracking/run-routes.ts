import {
  type CreateTrackedRun,
  createTrackedRunSchema,
  decodeNumber,
  type LogBatch,
  logBatchSchema,
  type NewRun,
  type RunBatch,
  type RunChange,
  type RunRecord,
  type TrackedRunDetail,
  type TrackedStatus,
  trackedRunDetailSchema,
  trackedRunIdSchema,
  type UpdateTrackedRun,
  updateTrackedRunSchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../http/app.ts'
import type { ExperimentService } from './experiment-service.ts'
import { runDetailReply } from './replies.ts'
import type { RunService } from './run-service.ts'

export type RunRouteDeps = {
  readonly runs: RunService
  readonly experiments: ExperimentService
  readonly clock: () => number
}

const DEFAULT_EXPERIMENT = '0'
const tags = ['tracking']
const idParams = z.object({ id: trackedRunIdSchema })
const response = { 200: trackedRunDetailSchema }

export function addRunRoutes(app: App, deps: RunRouteDeps): void {
  const { runs } = deps
  const detailOf: DetailOf = async (id) => runDetailReply(await runs.get(id), await runs.countChildren(id))
  app.post(
    '/api/v1/tracking/runs',
    {
      schema: {
        tags,
        summary: 'Start a run; with an id that is there already the run that has it is answered',
        body: createTrackedRunSchema.prefault({}),
        response,
      },
    },
    async ({ body }) => detailOf((await runs.create(await newRunOf(body, deps))).id),
  )
  app.get(
    '/api/v1/tracking/runs/:id',
    {
      schema: { tags, summary: 'A run with everything but the history of its metrics', params: idParams, response },
    },
    async ({ params }) => detailOf(params.id),
  )
  addChangeRoutes(app, deps, detailOf)
  addLogRoutes(app, runs)
}

type DetailOf = (id: string) => Promise<TrackedRunDetail>

function addChangeRoutes(app: App, { runs, clock }: RunRouteDeps, detailOf: DetailOf): void {
  app.post(
    '/api/v1/tracking/runs/:id',
    {
      schema: {
        tags,
        summary: 'Another name, status or note; a run that is over ends now where no other time is given',
        params: idParams,
        body: updateTrackedRunSchema,
        response,
      },
    },
    async ({ params, body }) => {
      await runs.update(params.id, changeOf(body, await runs.get(params.id), clock()))
      return detailOf(params.id)
    },
  )
  app.post(
    '/api/v1/tracking/runs/:id/delete',
    {
      schema: { tags, summary: 'Delete a run; it can be restored until it is purged', params: idParams, response },
    },
    async ({ params }) => detailOf((await runs.delete(params.id)).id),
  )
  app.post(
    '/api/v1/tracking/runs/:id/restore',
    { schema: { tags, summary: 'Bring a deleted run back', params: idParams, response } },
    async ({ params }) => detailOf((await runs.restore(params.id)).id),
  )
}

function addLogRoutes(app: App, runs: RunService): void {
  app.post(
    '/api/v1/tracking/runs/:id/log',
    {
      schema: {
        tags,
        summary: 'Log metrics, params, tags and datasets: all or none, and the same again changes nothing',
        params: idParams,
        body: logBatchSchema,
      },
    },
    async ({ params, body }, reply) => {
      await runs.log(params.id, batchOf(body))
      return reply.code(204).send()
    },
  )
  app.post(
    '/api/v1/tracking/runs/:id/delete-tags',
    {
      schema: {
        tags,
        summary: 'Take tags away; those that are not there do no harm',
        params: idParams,
        body: z.strictObject({ keys: z.array(z.string()).max(1_000) }),
      },
    },
    async ({ params, body }, reply) => {
      await Promise.all(body.keys.map((key) => runs.deleteTag(params.id, key)))
      return reply.code(204).send()
    },
  )
}

async function newRunOf(body: CreateTrackedRun, { experiments, clock }: RunRouteDeps): Promise<NewRun> {
  const { id, experiment, name, parentId, user, startedAt } = body
  return {
    source: body.source ?? 'track',
    experimentId: experiment === undefined ? DEFAULT_EXPERIMENT : (await experiments.getOrCreate(experiment)).id,
    startMs: startedAt === undefined ? clock() : Date.parse(startedAt),
    tags: entriesOf(body.tags ?? {}),
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(parentId !== undefined && { parentId }),
    ...(user !== undefined && { user }),
  }
}

/** Who says again that a run is over does not move its end. */
function changeOf(body: UpdateTrackedRun, run: RunRecord, now: number): RunChange {
  const { name, status, finishedAt, note } = body
  const endsNow = isOver(status) && !(isOver(run.status) && run.endMs !== undefined)
  const endMs = finishedAt === undefined ? now : Date.parse(finishedAt)
  return {
    ...(name !== undefined && { name }),
    ...(status !== undefined && { status }),
    ...((endsNow || finishedAt !== undefined) && { endMs }),
    ...(note !== undefined && { note }),
  }
}

const isOver = (status: TrackedStatus | undefined): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled'

const batchOf = ({ metrics, params, tags: batchTags, datasets }: LogBatch): RunBatch => ({
  metrics: metrics.map(({ key, value, step, atMs }) => ({ key, value: decodeNumber(value), step, atMs })),
  params: entriesOf(params),
  tags: entriesOf(batchTags),
  datasets,
})

const entriesOf = (record: Readonly<Record<string, string>>) =>
  Object.entries(record).map(([key, value]) => ({ key, value }))
