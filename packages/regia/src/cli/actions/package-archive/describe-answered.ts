import { type AnsweredBy, type ModelPackage, type ModelVersion, membersOf, type UpstreamCredentials } from '@regia/core'
import type { Output } from '../../output.ts'
import { formatTime } from '../format.ts'
import { shortList } from '../short-list.ts'

/** A version that another server, or other endpoints, answer for. */
export type AnsweredVersion = ModelVersion & { readonly package: ModelPackage & { readonly answeredBy: AnsweredBy } }

export const isAnswered = (version: ModelVersion): version is AnsweredVersion =>
  version.package?.answeredBy !== undefined

export function describeAnswered(found: AnsweredVersion, { style }: Output): string {
  const { model, version, createdAt, package: manifest } = found
  const { signature, example, answeredBy } = manifest
  const inputs = signature.inputs.map(({ name, type, nullable }) => `${name}: ${type}${nullable ? '?' : ''}`)
  const facts: readonly (readonly [string, string])[] = [
    ['registered', formatTime(createdAt)],
    ['task', `${signature.task} of ${signature.target}${signature.classes ? `: ${shortList(signature.classes)}` : ''}`],
    ['inputs', shortList(inputs)],
    ...factsOf(answeredBy),
    ['example', `${example.rows.length} rows${example.isMadeUp ? ', made up' : ''}`],
  ]
  return [
    style.bold(`${model} version ${version}`),
    ...facts.map(([name, value]) => `  ${style.dim(name.padEnd(11))} ${value}`),
  ].join('\n')
}

function factsOf(answeredBy: AnsweredBy): readonly (readonly [string, string])[] {
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
  const of = (ref: { readonly env: string } | { readonly file: string }) => ('env' in ref ? ref.env : ref.file)
  if (credentials.kind === 'bearer') return `a token from ${of(credentials.secret)}`
  if (credentials.kind === 'basic') return `user ${credentials.user}, password from ${of(credentials.secret)}`
  return Object.entries(credentials.headers)
    .map(([name, ref]) => `${name} from ${of(ref)}`)
    .join(', ')
}
