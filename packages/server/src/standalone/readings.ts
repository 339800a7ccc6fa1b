import { RegiaError } from '@regia/core'
import { errorText } from '../http/error-text.ts'
import { statusOf } from './error-reply.ts'
import type { ExchangeOptions } from './exchange.ts'
import { inferenceOf } from './inference.ts'
import { metricsText } from './metrics-text.ts'

type Answer = { readonly status: number; readonly body: string; readonly contentType?: string }

/** Something that a `GET` reads. */
export type Reading = {
  /** Asks for no token: probes have none. */
  readonly isOpen: boolean
  readonly answer: () => Answer
}

/** Finds what stands under a path; `undefined` where nothing does. */
export type FindReading = (path: string) => Reading | undefined

const json = (status: number, value: unknown): Answer => ({ status, body: JSON.stringify(value) })
const open = (answer: () => Answer): Reading => ({ isOpen: true, answer })
const closed = (answer: () => Answer): Reading => ({ isOpen: false, answer })

export function readingsOf(options: ExchangeOptions): FindReading {
  const { state } = options
  const ready = () => (state.phase === 'ready' ? 200 : 503)
  const health = open(() => json(ready(), { status: state.phase, model: options.name, version: options.version }))
  const fixed: { readonly [path: string]: Reading } = {
    '/': closed(() => json(200, describe(options))),
    '/health': health,
    '/ping': health,
    '/metrics': closed(() => ({
      status: 200,
      body: metricsText(options),
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
    })),
    '/v2/health/live': open(() => json(200, { live: true })),
    '/v2/health/ready': open(() => json(ready(), { ready: state.phase === 'ready' })),
  }
  const findInference = inferenceReadings(options)
  return (path) => (Object.hasOwn(fixed, path) ? fixed[path] : findInference(path))
}

const MODEL = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|config|stats))?$/

/** What the Open Inference Protocol tells, errors in its own form. */
function inferenceReadings(options: ExchangeOptions): FindReading {
  const service = inferenceOf(options)
  const told = (tell: () => Answer): Reading => closed(() => toldOrError(tell))
  const fixed: { readonly [path: string]: Reading } = {
    '/v2': told(() => json(200, service.server())),
    '/v2/': told(() => json(200, service.server())),
    '/v2/models': told(() => json(200, { models: service.names() })),
    '/v2/models/stats': told(() => json(200, { model_stats: service.statistics(undefined, undefined) })),
  }
  return (path) => {
    if (Object.hasOwn(fixed, path)) return fixed[path]
    const [, name, version, what] = MODEL.exec(path) ?? []
    if (name === undefined) return undefined
    return told(() => {
      if (what === 'config') return json(200, service.config(name, version))
      if (what === 'stats') return json(200, { model_stats: service.statistics(name, version) })
      if (what === undefined) return json(200, service.metadata(name, version))
      const ready = service.isModelReady(name, version) && options.state.phase === 'ready'
      return json(ready ? 200 : 503, { name, ready })
    })
  }
}

function toldOrError(tell: () => Answer): Answer {
  try {
    return tell()
  } catch (error) {
    if (error instanceof RegiaError) return json(statusOf(error), { error: errorText(error) })
    throw error
  }
}

/** What is here, with a request to try. */
function describe({ name, version, state }: ExchangeOptions) {
  const registered = state.served?.deployment.registered
  return {
    model: name,
    version,
    status: state.phase,
    predict: ['/predict', `/api/v1/endpoints/${name}/predict`, `/v2/models/${name}/infer`, '/invocations'],
    health: '/v2/health/ready',
    metrics: '/metrics',
    ...(registered && {
      packageDigest: registered.packageDigest,
      execution: state.served?.deployment.execution,
      signature: registered.package.signature,
      example: { method: 'POST', path: '/predict', body: { rows: registered.package.example.rows.slice(0, 1) } },
    }),
  }
}
