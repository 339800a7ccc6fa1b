import { type AnsweredBy, answeredByFacts, type ModelPackage, type ModelVersion } from '@regia/core'
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
    ...answeredByFacts(answeredBy),
    ['example', `${example.rows.length} rows${example.isMadeUp ? ', made up' : ''}`],
  ]
  return [
    style.bold(`${model} version ${version}`),
    ...facts.map(([name, value]) => `  ${style.dim(name.padEnd(11))} ${value}`),
  ].join('\n')
}
