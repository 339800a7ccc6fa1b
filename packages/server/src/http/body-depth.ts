import { RegiaError } from '@regia/core'
import type { App } from './app.ts'

/** Deeper than any body of the API; what recurses over a body is safe from its sender. */
const MAX_DEPTH = 64

export function addDepthLimit(app: App): void {
  app.addHook('preValidation', async ({ body }) => {
    if (isDeeperThan(body, MAX_DEPTH)) {
      throw new RegiaError('INVALID_INPUT', `The JSON of the request is nested more than ${MAX_DEPTH} levels deep.`)
    }
  })
}

function isDeeperThan(body: unknown, limit: number): boolean {
  let level: unknown[] = [body]
  for (let depth = 0; depth <= limit; depth++) {
    level = level.flatMap(childrenOf)
    if (level.length === 0) return false
  }
  return true
}

/** Only containers: leaves cannot nest. A stream or buffer is not JSON. */
function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.filter(isContainer)
  return isContainer(value) && Object.getPrototypeOf(value) === Object.prototype
    ? Object.values(value).filter(isContainer)
    : []
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null
