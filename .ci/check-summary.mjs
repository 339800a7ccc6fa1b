import { readFileSync } from 'node:fs'

// Holds the demo's summary, the last line of what it printed, against what the story promises.
// usage: check-summary.mjs FILE

const lines = readFileSync(process.argv[2], 'utf8').trimEnd().split('\n')
const summary = JSON.parse(lines.at(-1))
const promises = {
  'all rows came': summary.rows === 3_000_000,
  'broken rows are in quarantine': summary.quarantinedRows > 0,
  'AUC on 21 to 31 March at least 0.71': summary.heldOutAuc >= 0.71,
  'its interval holds it':
    summary.heldOutAucInterval[0] < summary.heldOutAuc && summary.heldOutAuc < summary.heldOutAucInterval[1],
  'better than the baselines': summary.baselineAuc < summary.heldOutAucInterval[0],
  'graph equals training code to 1e-5': summary.maxParityError <= 1e-5,
  'no alert in the control': summary.controlAlerts === 0,
  'at least 50,000 predictions': summary.predictions >= 50_000,
  'no failed request': summary.failedRequests === 0,
  'labels joined': summary.labelsJoined > 0 && summary.labelsJoined <= summary.predictions,
  'alerts with window, value and cause':
    summary.alerts.length > 0 &&
    summary.alerts.every(({ window, value, cause }) => window.from && Number.isFinite(value) && cause),
  retrained: summary.retrained >= 1,
  'the promotion was decided by its interval': summary.promotion?.promoted === summary.promotion?.interval[0] > -0.002,
  'the champion is a version': summary.champion >= 1 && summary.champion <= summary.versions,
  'the second run was cached': summary.cachedSteps > 0,
  'history features equal the offline ones': summary.historyCompared > 0 && summary.historyDifferent === 0,
}
const broken = Object.entries(promises).filter(([, isKept]) => !isKept)
for (const [promise] of broken) console.error(`The demo's summary breaks a promise: ${promise}`)
process.exitCode = broken.length > 0 ? 1 : 0
