import type { Kysely, Transaction } from 'kysely'
import type { ArtifactTreeTables } from '../artifacts/tree/tables.ts'
import type { CatalogTables } from '../catalog/tables.ts'
import type { DataTables } from '../data/tables.ts'
import type { DemoTables } from '../demo/tables.ts'
import type { LineageTables } from '../lineage/tables.ts'
import type { ModelTables } from '../models/tables.ts'
import type { MonitoringTables } from '../monitoring/tables.ts'
import type { NotificationTables } from '../notifications/tables.ts'
import type { ChannelTables } from '../pipelines/channels/tables.ts'
import type { MapTables } from '../pipelines/map/tables.ts'
import type { PipelineTables } from '../pipelines/tables.ts'
import type { ScheduleTables } from '../schedules/tables.ts'
import type { ScoringTables } from '../scoring/tables.ts'
import type { ServingTables } from '../serving/tables.ts'
import type { MirrorTables } from '../tracking/mirror/tables.ts'
import type { PurgeTables } from '../tracking/purge/tables.ts'
import type { TrackingTables } from '../tracking/tables.ts'
import type { WebhookTables } from '../webhooks/tables.ts'

/** Every table of Regia: what the subjects keep, together. A subject adds its tables here and its migrations in `migrations.ts`. */
export type Tables = DataTables &
  PipelineTables &
  MapTables &
  ChannelTables &
  ScheduleTables &
  NotificationTables &
  CatalogTables &
  ModelTables &
  ServingTables &
  ScoringTables &
  LineageTables &
  MonitoringTables &
  TrackingTables &
  PurgeTables &
  MirrorTables &
  WebhookTables &
  ArtifactTreeTables &
  DemoTables

export type Database = Kysely<Tables>

/**
 * Where a store reads and writes: the database or an open transaction.
 * SQLite has one connection: inside a transaction use only the transaction, or wait for ever.
 */
export type Connection = Database | Transaction<Tables>
