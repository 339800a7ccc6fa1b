import type { Transaction } from 'kysely'
import type { Migration } from '../../database/migrate.ts'

type Trial = {
  endpoint: string
  champion_version: number
  challenger_version: number
  started_at: number
  outcome: 'running' | 'recommended' | 'promoted' | 'refused'
}

type OldTables = {
  shadow_trial: Trial
  endpoint: { name: string; spec: string }
  decision: { endpoint: string; number: number; id: string; kind: string; decision: string }
  release: { id: string; endpoint: string; number: number; is_open: number; kind: string; record: string }
  release_arm: { release: string; endpoint: string; version: number; is_settled: number }
}

type OldDecision = {
  readonly id: string
  readonly toVersion?: number
  readonly reason: string
  readonly at: string
  readonly comparison?: object
}
type Spec = { readonly shadow?: { readonly model: string }; readonly stable?: string }
type Begun = { readonly id: string; readonly startedAt: number }
type Old = Transaction<OldTables>

/** Versions in shadow had a table of their own: now they stand among the other releases of their endpoint, in the order in which all began. */
export const shadowMigration: Migration = {
  name: 'serving-shadow-releases',
  up: async (database) => {
    await database.schema
      .alterTable('release')
      .addColumn('kind', 'text', (column) => column.notNull().defaultTo(''))
      .execute()
    const old = database.withTables<OldTables>()
    for (const { id, record } of await old.selectFrom('release').select(['id', 'record']).execute()) {
      const { kind }: { kind: string } = JSON.parse(record)
      await old.updateTable('release').set({ kind }).where('id', '=', id).execute()
    }
    const trials = await old.selectFrom('shadow_trial').selectAll().orderBy('started_at', 'desc').execute()
    for (const endpoint of new Set(trials.map((trial) => trial.endpoint))) {
      const own = trials.filter((trial) => trial.endpoint === endpoint)
      await moveTrials(old, endpoint, own)
    }
    await database.schema.dropTable('shadow_trial').execute()
  },
}

/** Where numbers are out of the way of those of before: two of one number are refused. */
const ASIDE = 1_000_000

/** @param trials - Newest first. */
async function moveTrials(database: Old, endpoint: string, trials: readonly Trial[]): Promise<void> {
  const row = await database.selectFrom('endpoint').select('spec').where('name', '=', endpoint).executeTakeFirst()
  const spec: Spec = row ? JSON.parse(row.spec) : {}
  for (const [place, trial] of trials.entries()) {
    const version = trial.challenger_version
    const release = await releaseOf(database, trial, spec, place === 0)
    await database
      .insertInto('release_arm')
      // What never was in shadow was taken back by hand.
      .values({ release: release?.id ?? '', endpoint, version, is_settled: isSettled(trial) ? 1 : 0 })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    if (!release) continue
    const kept = { id: release.id, kind: 'shadow', record: JSON.stringify(release) }
    const isOpen = release.endedAt === undefined ? 1 : 0
    await database
      .insertInto('release')
      .values({ ...kept, endpoint, number: ASIDE + place, is_open: isOpen })
      .execute()
  }
  await renumber(database, endpoint)
}

/** @param isLatest - Only that one can still run: of those before it nobody said that they were over. */
async function releaseOf(database: Old, trial: Trial, { shadow, stable = '' }: Spec, isLatest: boolean) {
  const {
    endpoint,
    champion_version: stableVersion,
    challenger_version: version,
    outcome,
    started_at: startedAt,
  } = trial
  const begun = await findDecision(database, endpoint, ['shadow-started'], version)
  if (!begun) return undefined
  const ended = isSettled(trial) ? await findDecision(database, endpoint, ['promoted', 'refused'], version) : undefined
  const isOpen = isLatest && !isSettled(trial)
  const policy = shadow ?? { model: `${stable.split('@')[0]}@${version}`, rule: DEFAULT_RULE }
  return {
    ...{ kind: 'shadow', policy, id: `rel_${begun.id.split('_')[1]}`, endpoint, stable, stableVersion, startedAt },
    state: isSettled(trial) || isOpen ? outcome : 'stopped',
    arms: [{ version, model: policy.model, share: 0 }],
    ...(!isOpen && { endedAt: ended ? Date.parse(ended.at) : startedAt }),
    ...(ended?.comparison && { comparison: ended.comparison }),
    ...(outcome === 'promoted' && { winner: version }),
    verdict: VERDICTS[outcome],
    reason: ended?.reason ?? (isOpen ? begun.reason : 'Another version was compared after it.'),
  }
}

const isSettled = ({ outcome }: Trial): boolean => outcome === 'promoted' || outcome === 'refused'

const VERDICTS = { running: 'waiting', recommended: 'promote', promoted: 'promote', refused: 'refuse' } as const

/** Of endpoints that name no version in shadow any more. */
const DEFAULT_RULE = {
  ...{ minimumDifference: -0.002, confidence: 0.95, automatic: true },
  ...{ minimumPairs: 2000, maximumPairs: 20_000 },
}

/** The latest of some kinds that is about a version. */
async function findDecision(
  database: Old,
  endpoint: string,
  kinds: readonly string[],
  version: number,
): Promise<OldDecision | undefined> {
  const rows = await database
    .selectFrom('decision')
    .select('decision')
    .where('endpoint', '=', endpoint)
    .where('kind', 'in', kinds)
    .orderBy('number', 'desc')
    .execute()
  return rows.map(({ decision }): OldDecision => JSON.parse(decision)).find(({ toVersion }) => toVersion === version)
}

async function renumber(database: Old, endpoint: string): Promise<void> {
  const rows = await database.selectFrom('release').select(['id', 'record']).where('endpoint', '=', endpoint).execute()
  const begun = rows.map(({ id, record }): Begun => ({ startedAt: JSON.parse(record).startedAt, id }))
  begun.sort((a, b) => a.startedAt - b.startedAt)
  for (const base of [2 * ASIDE, 0]) {
    for (const [place, { id }] of begun.entries()) {
      await database
        .updateTable('release')
        .set({ number: base + place + 1 })
        .where('id', '=', id)
        .execute()
    }
  }
}
