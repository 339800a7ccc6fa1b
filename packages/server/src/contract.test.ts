import { createClient } from '@regia/sdk'
import { describe, expect, it } from 'vitest'
import { startServer } from '../test/start-server.ts'

type Call = { readonly name: string; readonly method: string; readonly path: string }
type Anything = (...args: readonly unknown[]) => unknown

/** What each method of the client asks for, found by calling it. */
async function callsOfClient(): Promise<readonly Call[]> {
  const asked: { method: string; path: string }[] = []
  const client = createClient({
    url: 'http://localhost',
    fetch: async (input, init) => {
      asked.push({ method: init?.method ?? 'GET', path: new URL(String(input)).pathname })
      return new Response('{}')
    },
  })
  const calls: Call[] = []
  for (const [name, call] of methodsOf(client)) {
    const args = [{ name: 'name', spec: {} }, 'name', 'name', 'name']
    const first =
      name.endsWith('apply') ||
      name === 'demo.set' ||
      name === 'labels.push' ||
      name === 'rewards.push' ||
      name === 'leases.acquire'
        ? args
        : ['name', ...args.slice(1)]
    const reply = call(...first)
    if (isIterable(reply)) for await (const _ of reply) break
    else await reply
    calls.push({ name, ...asked.at(-1)! })
  }
  return calls
}

function methodsOf(value: object, prefix = ''): readonly (readonly [string, Anything])[] {
  return Object.entries(value).flatMap(([key, each]): readonly (readonly [string, Anything])[] => {
    const name = prefix === '' ? key : `${prefix}.${key}`
    return typeof each === 'function' ? [[name, each as Anything]] : methodsOf(each, name)
  })
}

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

describe('the HTTP contract', () => {
  it('answers every method of the client', async () => {
    const { server } = await startServer()
    const calls = await callsOfClient()
    expect(calls.length).toBeGreaterThan(45)
    const described = new Set(Object.keys(server.app.swagger().paths ?? {}))
    for (const { name, method, path } of calls) {
      if (name === 'events') continue
      const reply = await server.app.inject({ method: method as 'GET', url: path })
      const { error } = reply.statusCode === 200 || reply.statusCode === 204 ? {} : reply.json()
      expect(error?.message ?? '', `${name}: ${method} ${path}`).not.toMatch(/^There is no (GET|PUT|POST|DELETE) /)
      expect(reply.statusCode, `${name}: ${method} ${path}`).not.toBe(500)
    }
    expect(described).toContain('/api/v1/runs/{id}')
  })
})
