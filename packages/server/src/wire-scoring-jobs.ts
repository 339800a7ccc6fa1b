import { join } from 'node:path'
import { type Clock, type IdFactory, RegiaError, servable } from '@regia/core'
import { type BlobStore, scoreInChild } from '@regia/engine'
import type { DataService } from './data/data-service.ts'
import type { Database } from './database/database.ts'
import type { EventBus } from './events/bus.ts'
import type { ModelService } from './models/model-service.ts'
import { type ScoringModel, ScoringService } from './scoring/index.ts'
import { PrecomputedService, type Serving } from './serving/index.ts'
import type { WebhookService } from './webhooks/index.ts'

export type ScoringWiring = {
  readonly database: Database
  readonly blobs: BlobStore
  readonly data: DataService
  readonly models: ModelService
  readonly serving: Pick<Serving, 'queries' | 'endpoints'>
  readonly webhooks: WebhookService
  readonly events: EventBus
  readonly clock: Clock
  readonly newId: IdFactory
  readonly onError: (error: unknown) => void
  readonly home: string
}

/** Scoring jobs, connected with models, endpoints, datasets and webhooks. */
export function wireScoring({ data, models, serving, webhooks, events, home, ...rest }: ScoringWiring): ScoringService {
  const versionOf = async (model: string, version: number | string): Promise<ScoringModel> => {
    const found = servable(await models.getVersion(model, version))
    return { name: found.model, version: found.version, packageDigest: found.packageDigest }
  }
  return new ScoringService({
    ...rest,
    workDir: join(home, 'scoring'),
    findModel: (ref) => {
      const at = ref.lastIndexOf('@')
      return versionOf(ref.slice(0, at), ref.slice(at + 1))
    },
    modelOfEndpoint: async (name) => {
      const stable = (await serving.queries.get(name)).deployments.find(({ role }) => role === 'stable')
      if (stable) return versionOf(stable.model, stable.version)
      throw new RegiaError('CONFLICT', `Endpoint "${name}" has no version that answers.`, {
        hint: 'Name a model, such as "penguins@champion".',
      })
    },
    findDataset: async (name, version) => {
      const found = await data.getVersion(name, version)
      return { version: found.version, digest: found.digest }
    },
    keepDataset: async (name, table, sourceName) => (await data.keepTable(name, table, { sourceName })).version,
    findWebhook: async (idOrName) => (await webhooks.get(idOrName)).id,
    announce: (connection, told, also) =>
      webhooks.announce(connection, { event: 'scoring-job.finished', data: told }, also),
    score: scoreInChild,
    publish: events.publish,
  })
}

type PrecomputedWiring = Pick<ScoringWiring, 'blobs' | 'data' | 'serving' | 'events' | 'onError' | 'home'> & {
  readonly scoring: ScoringService
}

/** Scores that endpoints answer from: the newest version of the dataset that each names. */
export function wirePrecomputed(wiring: PrecomputedWiring): PrecomputedService {
  const { blobs, data, serving, scoring, events, onError, home } = wiring
  const service = new PrecomputedService({
    endpoints: serving.endpoints,
    findScores: async (dataset) => {
      const { version, digest, createdAt, sourceName } = await data.getVersion(dataset, 'latest')
      const job = await scoring.get(sourceName).catch(() => undefined)
      const by = job && { model: job.model.name, version: job.model.version }
      return { dataset, datasetVersion: version, digest, computedAt: createdAt, ...by }
    },
    localPath: (digest) => blobs.localPath(digest),
    folder: join(home, 'precomputed'),
    onError,
  })
  events.subscribe(({ type }) => {
    if (type === 'endpoint' || type === 'dataset') void service.refresh()
  })
  return service
}
