import { modelMetadata } from '../protocols/open-inference/metadata.ts'
import type { ExchangeOptions } from './exchange.ts'
import { metricsText } from './metrics-text.ts'

/** Something that a `GET` reads. */
export type Reading = {
  /** Asks for no token: probes have none. */
  readonly isOpen?: true
  readonly answer: () => { readonly status: number; readonly body: string; readonly contentType?: string }
}

const json = (status: number, value: unknown) => ({ status, body: JSON.stringify(value) })

/** What stands under a path; `undefined` where nothing does. */
export function findReading(options: ExchangeOptions, path: string): Reading | undefined {
  const fixed = FIXED[path]
  if (fixed) return fixed(options)
  const [, name, version, ready] = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(\/ready)?$/.exec(path) ?? []
  if (name !== options.name || (version !== undefined && version !== String(options.version))) return undefined
  return ready === undefined ? metadata(options) : modelReady(options)
}

const FIXED: { readonly [path: string]: (options: ExchangeOptions) => Reading } = {
  '/': describe,
  '/health': health,
  '/ping': health,
  '/metrics': (options) => ({
    answer: () => ({
      status: 200,
      body: metricsText(options),
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
    }),
  }),
  '/v2': server,
  '/v2/': server,
  '/v2/health/live': () => ({ isOpen: true, answer: () => json(200, { live: true }) }),
  '/v2/health/ready': ({ state }) => ({
    isOpen: true,
    answer: () => json(state.phase === 'ready' ? 200 : 503, { ready: state.phase === 'ready' }),
  }),
  '/v2/models': ({ name }) => ({ answer: () => json(200, { models: [name] }) }),
}

function health({ name, version, state }: ExchangeOptions): Reading {
  return {
    isOpen: true,
    answer: () => json(state.phase === 'ready' ? 200 : 503, { status: state.phase, model: name, version }),
  }
}

function server(): Reading {
  return { answer: () => json(200, { name: 'regia', version: '2', extensions: [] }) }
}

function metadata({ name, version, state }: ExchangeOptions): Reading {
  const signature = state.served?.deployment.signature
  return {
    answer: () =>
      signature ? json(200, modelMetadata(name, version, signature)) : json(503, { error: 'still loading' }),
  }
}

function modelReady({ name, state }: ExchangeOptions): Reading {
  const ready = state.phase === 'ready'
  return { answer: () => json(ready ? 200 : 503, { name, ready }) }
}

/** What is here, with a request to try. */
function describe({ name, version, state }: ExchangeOptions): Reading {
  const registered = state.served?.deployment.registered
  return {
    answer: () =>
      json(200, {
        model: name,
        version,
        status: state.phase,
        predict: ['/predict', `/api/v1/endpoints/${name}/predict`, `/v2/models/${name}/infer`],
        health: '/v2/health/ready',
        metrics: '/metrics',
        ...(registered && {
          signature: registered.package.signature,
          example: { method: 'POST', path: '/predict', body: { rows: registered.package.example.rows.slice(0, 1) } },
        }),
      }),
  }
}
