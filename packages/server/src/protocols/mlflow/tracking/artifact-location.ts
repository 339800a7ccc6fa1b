import { resolve } from 'node:path'
import { invalidParameter } from '../wire/index.ts'
import { ARTIFACT_LOCATION_LENGTH } from './vocabulary.ts'

/**
 * Where a client wants an experiment's files. An address that would lead elsewhere than it says is refused; a path without a scheme counts from the
 * server's folder, as the original has it.
 */
export function readArtifactLocation(location: string): string {
  const [whole = '', fragment = ''] = location.split(/#(.*)/s)
  const [path = '', query = ''] = whole.split(/\?(.*)/s)
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(path)?.[1]?.toLowerCase()
  const hasParams = scheme !== undefined && (path.split('/').at(-1) ?? '').includes(';')
  if (fragment !== '' || hasParams) throw invalidParameter("'artifact_location' URL can't include fragments or params.")
  if (decodeFully(query).includes('..')) throw invalidParameter('Invalid query string')
  if (scheme === 'runs') throw invalidParameter(`Artifact location cannot be a runs:/ URI. Given: '${location}'`)
  assertScheme(scheme, path)
  if (location.length > ARTIFACT_LOCATION_LENGTH) throw tooLong()
  return scheme === undefined ? resolve(path) : location
}

/** A client would send files to a host that somebody else has named; and the proxy's own addresses have no way up. */
function assertScheme(scheme: string | undefined, path: string): void {
  if (scheme === 'http' || scheme === 'https') {
    throw invalidParameter(
      `'artifact_location' cannot use the '${scheme}' scheme: it names another host than the one that keeps the files of this server. Leave it out, or give the address of a bucket.`,
    )
  }
  if (scheme === 'mlflow-artifacts' && decodeFully(path).split(/[/\\]/).includes('..')) {
    throw invalidParameter("'artifact_location' cannot have the part '..'.")
  }
}

const tooLong = () =>
  invalidParameter(
    `Invalid artifact path length. The length of the artifact path cannot be greater than ${ARTIFACT_LOCATION_LENGTH} characters.`,
  )

/** However often it is encoded. */
function decodeFully(text: string): string {
  let decoded = text
  for (let i = 0; i < 10; i++) {
    const next = decodeOnce(decoded)
    if (next === decoded) return decoded
    decoded = next
  }
  return decoded
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
