import type { SecretRef } from '../kernel/index.ts'
import { type AnsweredBy, membersOf } from './answered-by.ts'
import type { UpstreamCredentials } from './upstream-credentials.ts'

/**
 * Who answers for a version, for people: names and values of a table. Secrets are named, as they are in what it is made of.
 *
 * @example answeredByFacts({ kind: 'upstream', url: 'http://triton:8000', model: 'late', … }) // [['answered by', 'http://triton:8000, …'], …]
 */
export function answeredByFacts(answeredBy: AnsweredBy): readonly (readonly [string, string])[] {
  if (answeredBy.kind === 'composition') {
    return [['asks', `${membersOf(answeredBy.composition).join(', ')} (${answeredBy.composition.kind})`]]
  }
  const { url, model, modelVersion, timeoutMs, credentials } = answeredBy
  const version = modelVersion === undefined ? '' : `, version ${modelVersion}`
  return [
    ['answered by', `${url}, model ${model}${version}, within ${timeoutMs} ms`],
    ['with', credentials ? credentialsText(credentials) : 'no secret'],
  ]
}

function credentialsText(credentials: UpstreamCredentials): string {
  const of = (ref: SecretRef) => ('env' in ref ? ref.env : ref.file)
  if (credentials.kind === 'bearer') return `a token from ${of(credentials.secret)}`
  if (credentials.kind === 'basic') return `user ${credentials.user}, password from ${of(credentials.secret)}`
  return Object.entries(credentials.headers)
    .map(([name, ref]) => `${name} from ${of(ref)}`)
    .join(', ')
}
