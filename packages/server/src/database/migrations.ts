import { artifactTreeMigrations } from '../artifacts/tree/migrations.ts'
import { catalogMigrations } from '../catalog/migrations.ts'
import { dataMigrations } from '../data/migrations.ts'
import { demoMigrations } from '../demo/migrations.ts'
import { lineageMigrations } from '../lineage/migrations.ts'
import { modelMigrations } from '../models/migrations.ts'
import { monitoringMigrations } from '../monitoring/migrations.ts'
import { notificationMigrations } from '../notifications/migrations.ts'
import { channelMigrations } from '../pipelines/channels/migrations.ts'
import { mapMigrations } from '../pipelines/map/migrations.ts'
import { pipelineMigrations } from '../pipelines/migrations.ts'
import { scheduleMigrations } from '../schedules/migrations.ts'
import { scoringMigrations } from '../scoring/migrations.ts'
import { servingMigrations } from '../serving/migrations.ts'
import { trackingMigrations } from '../tracking/migrations.ts'
import { mirrorMigrations } from '../tracking/mirror/migrations.ts'
import { purgeMigrations } from '../tracking/purge/migrations.ts'
import { webhookMigrations } from '../webhooks/migrations.ts'
import type { Migration } from './migrate.ts'

/** In the order in which they run. One that has shipped never changes: a change is a new migration of its subject. */
export const MIGRATIONS: readonly Migration[] = [
  ...dataMigrations,
  ...pipelineMigrations,
  ...mapMigrations,
  ...modelMigrations,
  ...servingMigrations,
  ...monitoringMigrations,
  ...demoMigrations,
  ...lineageMigrations,
  ...channelMigrations,
  ...scheduleMigrations,
  ...notificationMigrations,
  ...catalogMigrations,
  ...trackingMigrations,
  ...mirrorMigrations,
  ...purgeMigrations,
  ...webhookMigrations,
  ...artifactTreeMigrations,
  ...scoringMigrations,
]
