import {
  type Alert,
  type DatasetVersion,
  type Decision,
  type ModelVersion,
  type RegiaClient,
  type RunSummary,
  reportSchema,
} from 'regia'

export type Summary = {
  readonly rows: number
  readonly quarantinedRows: number
  readonly versions: number
  readonly champion: number
  readonly heldOutAuc: number
  readonly heldOutAucInterval: readonly [number, number]
  readonly baselineAuc: number
  readonly maxParityError: number
  readonly parityRows: number
  readonly controlAlerts: number
  readonly predictions: number
  readonly failedRequests: number
  readonly labelsJoined: number
  readonly alerts: readonly {
    readonly window: { readonly from: string; readonly until: string }
    readonly column?: string
    readonly metric?: string
    readonly value: number
    readonly cause: string
  }[]
  readonly retrained: number
  readonly promotion: Promotion | null
  readonly refused: readonly { readonly version: number; readonly reason: string }[]
  readonly refusedByChecks: readonly RefusedCandidate[]
  readonly cachedSteps: number
  readonly historyCompared: number
  readonly historyDifferent: number
  readonly rollbackMs: number | null
  readonly seconds: number
}

type Promotion = {
  readonly from: number
  readonly to: number
  readonly promoted: boolean
  readonly difference: number | null
  readonly interval: readonly [number, number] | null
  readonly reason: string
}

/** A candidate that its own gate refused: it never became a version. */
type RefusedCandidate = { readonly number: number; readonly checks: string }

/** What the story itself knows; everything else is counted by the server. */
export type Told = {
  readonly dataset: DatasetVersion
  readonly secondRun: RunSummary
  readonly controlAlerts: number
  readonly failedRequests: number
  readonly history: { readonly compared: number; readonly different: number }
  readonly rollbackMs: number | null
  readonly startedAt: number
}

/** The figures of the story, from the server's stores. */
export async function summarise(client: RegiaClient, told: Told): Promise<Summary> {
  const [endpoint, versions, champion, first, alerts, decisions, runs] = await Promise.all([
    client.endpoints.get('delays'),
    client.models.versions('delays', { limit: 100 }),
    client.models.version('delays', 'champion'),
    client.models.version('delays', 1),
    client.alerts.list({ limit: 200 }),
    client.endpoints.decisions('delays', { limit: 200 }),
    client.runs.list({ pipeline: 'delays', limit: 200 }),
  ])
  const auc = first.report!.metrics.auc!
  return {
    rows: told.dataset.rowCount,
    quarantinedRows: told.dataset.quarantinedRowCount,
    versions: versions.total,
    champion: champion.version,
    heldOutAuc: auc.value,
    heldOutAucInterval: [auc.interval!.lower, auc.interval!.upper],
    baselineAuc: Math.max(...Object.values(first.report!.baselines).map((metrics) => metrics.auc?.value ?? 0)),
    maxParityError: Math.max(...versions.items.map(parityError)),
    parityRows: first.report!.parity?.rowCount ?? 0,
    controlAlerts: told.controlAlerts,
    predictions: endpoint.predictionCount,
    failedRequests: told.failedRequests,
    labelsJoined: endpoint.labelCount,
    alerts: alerts.items.map(describeAlert),
    retrained: runs.items.filter((run) => run.trigger.kind === 'alert' && run.status === 'succeeded').length,
    promotion: describePromotion(decisions.items),
    refused: decisions.items
      .filter(({ kind }) => kind === 'refused')
      .map(({ toVersion, reason }) => ({ version: toVersion ?? 0, reason })),
    refusedByChecks: await refusedByChecks(client),
    cachedSteps: told.secondRun.cachedStepCount,
    historyCompared: told.history.compared,
    historyDifferent: told.history.different,
    rollbackMs: told.rollbackMs,
    seconds: Math.round((Date.now() - told.startedAt) / 100) / 10,
  }
}

/** Runs whose gate said no, with the checks that failed. */
export async function refusedByChecks(client: RegiaClient): Promise<readonly RefusedCandidate[]> {
  const { items } = await client.runs.list({ pipeline: 'delays', status: 'succeeded', limit: 200 })
  const runs = await Promise.all(items.map(({ id }) => client.runs.get(id)))
  return runs.flatMap(({ number, steps }) => {
    const gate = steps.find(({ step }) => step === 'gate')
    if (gate?.outputs.passed?.value !== false) return []
    const report = reportSchema.parse(gate.outputs.report?.value)
    const failed = report.checks.filter(({ status }) => status === 'failed')
    return [{ number, checks: failed.map(({ message }) => message).join(' ') }]
  })
}

const parityError = ({ report }: ModelVersion): number => report?.parity?.maxError ?? Number.POSITIVE_INFINITY

function describeAlert({ window, column, metric, value, causes, title }: Alert): Summary['alerts'][number] {
  return { window, ...(column && { column }), ...(metric && { metric }), value, cause: causes[0]?.text ?? title }
}

/** The last takeover by a challenger, or else the last refusal. */
function describePromotion(decisions: readonly Decision[]): Promotion | null {
  const newestFirst = [...decisions].sort((a, b) => b.at.localeCompare(a.at))
  const decision =
    newestFirst.find(({ kind }) => kind === 'promoted') ?? newestFirst.find(({ kind }) => kind === 'refused')
  if (!decision) return null
  const interval = decision.comparison?.interval
  return {
    from: decision.fromVersion ?? 0,
    to: decision.toVersion ?? 0,
    promoted: decision.kind === 'promoted',
    difference: decision.comparison?.difference ?? null,
    interval: interval ? [interval.lower, interval.upper] : null,
    reason: decision.reason,
  }
}
