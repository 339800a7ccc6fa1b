import type { IncomingHttpHeaders } from 'node:http'
import { RegiaError } from '@regia/core'
import type { Deployment } from './deployment.ts'

const HEADER = 'x-regia-version'

/** The version that a caller chooses by hand. @throws RegiaError `INVALID_INPUT` for what is no version. */
export function wantedVersion(headers: IncomingHttpHeaders): number | undefined {
  const text = headers[HEADER]
  if (text === undefined) return undefined
  if (typeof text === 'string' && /^[1-9]\d{0,9}$/.test(text)) return Number(text)
  throw new RegiaError('INVALID_INPUT', `"${String(text).slice(0, 40)}" is no version.`, {
    where: `header ${HEADER}`,
    hint: 'Send the number of a loaded version, such as "x-regia-version: 3", or leave the header out.',
  })
}

/** @throws RegiaError `NOT_FOUND` for a version that is not loaded. */
export function chosenVersion(name: string, loaded: ReadonlySet<Deployment>, version: number): Deployment {
  const found = [...loaded].find((each) => each.version === version)
  if (found) return found
  throw new RegiaError('NOT_FOUND', `Endpoint "${name}" has no version ${version} loaded.`, {
    where: `header ${HEADER}`,
    hint: `Loaded are: ${[...loaded].map((each) => each.version).join(', ') || 'none'}. Leave the header out to ask whichever serves.`,
  })
}
