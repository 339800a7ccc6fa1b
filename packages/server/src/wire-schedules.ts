import { randomBytes } from 'node:crypto'
import { type Clock, type IdFactory, RegiaError } from '@regia/core'
import { findLatestMark, marksAfter } from './data/versions-after.ts'
import type { Connection, Database } from './database/database.ts'
import type { EventBus } from './events/bus.ts'
import type { App } from './http/app.ts'
import { findLastMove, movesAfter, type NumberedMove } from './models/moves-after.ts'
import { alertsAfter, findLastAlert, type NumberedAlert } from './monitoring/alerts-after.ts'
import { addNotificationRoutes, type CustomNotifier, NotificationService } from './notifications/index.ts'
import type { ChannelService } from './pipelines/channels/index.ts'
import type { PipelineService } from './pipelines/pipeline-service.ts'
import { findPendingApprovals, findRuns, hasFailedBefore, runsEndedSince } from './pipelines/run-lookup.ts'
import {
  addBackfillRoutes,
  addHookRoutes,
  addScheduleRoutes,
  BackfillService,
  type FailedFiring,
  type Happening,
  type Happenings,
  type Runs,
  ScheduleService,
} from './schedules/index.ts'

export type ScheduleWiring = {
  readonly database: Database
  readonly pipelines: PipelineService
  readonly channels: ChannelService
  readonly events: EventBus
  readonly clock: Clock
  readonly newId: IdFactory
  readonly onError: (error: unknown) => void
  readonly projectDir: string
  readonly customNotifiers: Readonly<Record<string, CustomNotifier>>
  /** Where the server can be reached, once it is known. */
  readonly address: () => string | undefined
}

export type ScheduleParts = {
  readonly schedules: ScheduleService
  readonly backfills: BackfillService
  readonly notifications: NotificationService
}

const SECRET_BYTES = 32

/** Schedules, back-fills and notifications, connected with the pipelines that they run and with what they wait for. */
export function wireSchedules(wiring: ScheduleWiring): ScheduleParts {
  const { database, pipelines, events, clock, newId, onError } = wiring
  const notifications = notificationsOf(wiring)
  pipelines.observe(notifications)
  const deps = {
    database,
    runs: runsOf(wiring),
    happenings: happeningsOf(database),
    firingFailed: (connection: Connection, firing: FailedFiring) => notifications.scheduleFailed(connection, firing),
    publish: events.publish,
    clock,
    newId,
    newSecret: () => randomBytes(SECRET_BYTES).toString('base64url'),
    onError,
  }
  return { schedules: new ScheduleService(deps), backfills: new BackfillService(deps), notifications }
}

export function addWhenRoutes(app: App, parts: ScheduleParts, operator: string, clock: Clock): void {
  addScheduleRoutes(app, parts.schedules, operator)
  addHookRoutes(app, parts.schedules, clock)
  addBackfillRoutes(app, parts.backfills)
  addNotificationRoutes(app, parts.notifications)
}

function notificationsOf(wiring: ScheduleWiring): NotificationService {
  const { database, projectDir, customNotifiers, address, events, clock, newId, onError } = wiring
  return new NotificationService({
    database,
    secrets: { variables: process.env, projectDir },
    custom: customNotifiers,
    address,
    runs: {
      endedSince: (at) => runsEndedSince(database, at),
      hasFailedBefore,
      pendingApprovals: () => findPendingApprovals(database),
    },
    alerts: {
      lastNumber: async () => (await findLastAlert(database))?.number ?? 0,
      after: (number, limit) => alertsAfter(database, { number, limit }),
    },
    publish: events.publish,
    clock,
    newId,
    onError,
  })
}

function runsOf({ database, pipelines, channels }: ScheduleWiring): Runs {
  return {
    start: async (run) => {
      await pipelines.startRun({ ...run, params: { ...run.params } })
    },
    cancel: async (id) => {
      try {
        await pipelines.cancel(id)
      } catch (error) {
        if (!(error instanceof RegiaError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND'))) throw error
      }
    },
    find: (ids) => findRuns(database, ids),
    version: async (pipeline, choice) => {
      const { version, graph } = await channels.choose(pipeline, choice)
      return { version, params: Object.keys(graph.params) }
    },
    assertParams: (pipeline, version, params) => channels.assertParams(pipeline, version, params),
  }
}

/** What schedules wait for, read from what is kept. */
function happeningsOf(database: Database): Happenings {
  return {
    findLatest: async (when) => {
      switch (when.on) {
        case 'dataset': {
          const mark = await findLatestMark(database, when.dataset)
          return mark && ofDataset(mark)
        }
        case 'alias': {
          const move = await findLastMove(database, when.model, when.alias)
          return move && ofMove(move)
        }
        case 'alert': {
          const alert = await findLastAlert(database, when.monitor)
          return alert && ofAlert(alert)
        }
      }
    },
    after: async (when, position, limit) => {
      switch (when.on) {
        case 'dataset':
          return (await marksAfter(database, when.dataset, position, limit)).map(ofDataset)
        case 'alias':
          return (await movesAfter(database, when.model, when.alias, position, limit)).map(ofMove)
        case 'alert':
          return (await alertsAfter(database, { monitor: when.monitor, number: position, limit })).map(ofAlert)
      }
    },
  }
}

type Mark = { readonly dataset: string; readonly version: number; readonly createdAt: string }

const ofDataset = ({ dataset, version, createdAt }: Mark): Happening => ({
  position: version,
  at: createdAt,
  cause: `${dataset}@${version}`,
  facts: { dataset, version },
})

const ofMove = ({ number, model, alias, toVersion, at }: NumberedMove): Happening => ({
  position: number,
  at,
  cause: `${model}@${alias}`,
  facts: { model, version: toVersion },
})

const ofAlert = ({ number, alert }: NumberedAlert): Happening => ({
  position: number,
  at: alert.openedAt,
  cause: alert.id,
  facts: { alert: alert.id },
})
