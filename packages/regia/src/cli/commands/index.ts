import type { AnyCommand } from '../command.ts'
import { backfillCommands } from './backfills.ts'
import { bundleCommands } from './bundles.ts'
import { catalogCommands } from './catalog.ts'
import { channelCommands } from './channels.ts'
import { dataCommands } from './data.ts'
import { demoCommands } from './demo.ts'
import { endpointCommands } from './endpoints.ts'
import { exchangeCommands } from './exchange.ts'
import { experimentCommands } from './experiments.ts'
import { init } from './init.ts'
import { keepingCommands } from './keeping.ts'
import { modelCommands } from './models.ts'
import { monitorCommands } from './monitors.ts'
import { notifierCommands } from './notifiers.ts'
import { optimisationCommands } from './optimisations.ts'
import { optimiseCommands } from './optimise.ts'
import { packageCommands } from './packages.ts'
import { pipelineCommands } from './pipelines.ts'
import { releasePowerCommands } from './release-power.ts'
import { runCommands } from './runs.ts'
import { scheduleCommands } from './schedules.ts'
import { scoringJobCommands } from './scoring-jobs.ts'
import { serverCommands } from './server.ts'
import { trackingCommands } from './tracking.ts'
import { webhookCommands } from './webhooks.ts'

/** Every command of `regia`, in the order of the help. */
export const COMMANDS: readonly AnyCommand[] = [
  init,
  ...serverCommands,
  ...pipelineCommands,
  ...channelCommands,
  ...runCommands,
  ...trackingCommands,
  ...experimentCommands,
  ...scheduleCommands,
  ...backfillCommands,
  ...notifierCommands,
  ...webhookCommands,
  ...catalogCommands,
  ...keepingCommands,
  ...dataCommands,
  ...modelCommands,
  ...scoringJobCommands,
  ...bundleCommands,
  ...packageCommands,
  ...optimiseCommands,
  ...optimisationCommands,
  ...exchangeCommands,
  ...endpointCommands,
  ...releasePowerCommands,
  ...monitorCommands,
  ...demoCommands,
]

/** What the words above commands mean. */
export const GROUPS: readonly { readonly path: string; readonly summary: string }[] = [
  { path: 'pipelines', summary: 'what is deployed: pipelines and their graphs' },
  { path: 'runs', summary: 'what ran: steps, logs, metrics' },
  { path: 'experiments', summary: 'tracked runs: params, metrics, artifacts; list, filter, compare' },
  { path: 'schedules', summary: 'what runs by itself: times, events, webhooks' },
  { path: 'backfill', summary: 'one run for each window of a span, or for each value' },
  { path: 'notifiers', summary: 'who is told of what' },
  { path: 'webhooks', summary: 'which addresses are told of changes of the registry' },
  { path: 'catalog', summary: 'what pipelines read and save outside of themselves' },
  { path: 'data', summary: 'datasets: add a file, see versions, profile, rows and quarantine' },
  { path: 'models', summary: 'registered models: versions, checks, aliases, lineage' },
  { path: 'scoring-jobs', summary: 'files and datasets that the server scores while nobody waits' },
  { path: 'optimisations', summary: 'versions that were, or are being, made smaller or faster' },
  { path: 'import', summary: 'take over what another tracker holds' },
  { path: 'export', summary: 'write what is tracked for another tracker' },
  { path: 'endpoints', summary: 'what serves: versions, traffic, shadow; promote and roll back' },
  { path: 'releases', summary: 'canaries, experiments and bandits' },
  { path: 'labels', summary: 'what really happened, by prediction' },
  { path: 'rewards', summary: 'what predictions earned, for bandits and experiments' },
  { path: 'monitors', summary: 'drift and scores, window by window' },
  { path: 'alerts', summary: 'what somebody should look at' },
]
