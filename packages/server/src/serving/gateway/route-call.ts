import type { PredictCall } from './answer.ts'
import type { Deployment } from './deployment.ts'
import { faultOf, isInvalidAnswer } from './fault.ts'
import { partsOf } from './join-parts.ts'
import type { ReleaseRecorder } from './release-recorder.ts'
import type { RoutedRows, TrafficRoutes } from './traffic-routes.ts'

/** What is asked of a version: the rows as it wants them. */
export type Ask = (deployment: Deployment, call: PredictCall) => void

/**
 * Sends a request on its way through the versions that share the traffic.
 *
 * What a version of a release fails to answer the stable one answers: the failure counts against that version, and the caller has no part in it.
 *
 * @throws what the stable version throws about the request.
 */
export function routeCall(
  routes: TrafficRoutes,
  recorder: ReleaseRecorder | undefined,
  ask: Ask,
  call: PredictCall,
): void {
  const way: Way = { stable: routes.stable, recorder, ask }
  if (!routes.isSplit) {
    send(way, routes.stable, call)
    return
  }
  const routed = routes.split(call.rows)
  if (recorder && routes.sticky !== undefined) countUnits(recorder, routes.sticky, call.rows, routed)
  if (routed.length === 1) send(way, routed[0]!.deployment, call)
  else for (const part of partsOf(call, routed, routes.stable)) send(way, part.deployment, part.call)
}

function countUnits(
  recorder: ReleaseRecorder,
  sticky: string,
  rows: PredictCall['rows'],
  routed: readonly RoutedRows[],
): void {
  for (const { deployment, places } of routed) {
    for (const place of places) {
      const unit = rows[place]![sticky]
      if (unit !== undefined && unit !== null) recorder.assigned(String(unit), deployment.version)
    }
  }
}

type Way = { readonly stable: Deployment; readonly recorder: ReleaseRecorder | undefined; readonly ask: Ask }

function send(way: Way, deployment: Deployment, call: PredictCall): void {
  const { stable, recorder, ask } = way
  if (deployment === stable) {
    ask(stable, recorder ? withFailuresCounted(recorder, stable, call) : call)
    return
  }
  const instead = (error: unknown): void => askStableInstead(way, deployment, call, error)
  try {
    ask(deployment, { ...call, fail: instead })
  } catch (error) {
    instead(error)
  }
}

function askStableInstead({ stable, recorder, ask }: Way, failed: Deployment, call: PredictCall, error: unknown): void {
  const fault = faultOf(error)
  const count = () => recorder?.failed(failed.version, failureOf(call, error))
  if (fault === 'version') count()
  if (fault === 'nobody') {
    call.fail(error)
    return
  }
  try {
    ask(stable, { ...call, isOutOfRelease: true })
  } catch (stableError) {
    call.fail(stableError)
    return
  }
  // The stable version takes the very request that this one refused: then its signature is the fault.
  if (fault === 'caller') count()
}

const withFailuresCounted = (recorder: ReleaseRecorder, { version }: Deployment, call: PredictCall): PredictCall => ({
  ...call,
  fail: (error) => {
    if (faultOf(error) === 'version') recorder.failed(version, failureOf(call, error))
    call.fail(error)
  },
})

const failureOf = ({ receivedAt }: PredictCall, error: unknown) => ({
  latencyMs: performance.now() - receivedAt,
  isInvalid: isInvalidAnswer(error),
})
