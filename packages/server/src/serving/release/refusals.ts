import { RegiaError } from '@regia/core'
import type { ReleaseRecord } from './release-record.ts'

export const noRelease = (name: string): RegiaError =>
  new RegiaError('CONFLICT', `Endpoint "${name}" has no canary, experiment or bandit under way.`, {
    where: name,
    hint: 'Add one to the endpoint and apply it, and register a version for it.',
  })

export const nothingToRetry = (name: string): RegiaError =>
  new RegiaError('CONFLICT', `Endpoint "${name}" has no release that was refused, stopped or taken back.`, {
    where: name,
    hint: 'See "regia endpoints release" for what became of the last one.',
  })

export const otherState = ({ endpoint, kind, state }: ReleaseRecord, wanted: string): RegiaError =>
  new RegiaError('CONFLICT', `The ${kind} of endpoint "${endpoint}" is ${state}, not ${wanted}.`, { where: endpoint })

export const nothingToPromote = (name: string): RegiaError =>
  new RegiaError('CONFLICT', `Endpoint "${name}" has no version in shadow or in a release to promote.`, {
    where: name,
    hint: 'Move an alias by hand with "regia models promote MODEL@VERSION --alias champion".',
  })

export const nothingToRollBackTo = (name: string): RegiaError =>
  new RegiaError('CONFLICT', `Endpoint "${name}" has served only one version: there is none to roll back to.`, {
    where: name,
    hint: 'Any registered version can be made champion with "regia models promote".',
  })
