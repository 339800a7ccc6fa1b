import { RegiaError } from '@regia/core'
import type { BundleFile, Platform } from '@regia/engine'
import { VERSION } from '../version.ts'
import type { BundledModel, BundleTarget } from './bundle-target.ts'
import { BUNDLE_TARGETS } from './targets.ts'

export type BundleRequest = {
  readonly model: BundledModel
  readonly target: string
  readonly platform: Platform
  /** `NAME=VALUE` each. */
  readonly settings?: readonly string[]
}

/** The files of a bundle. @throws RegiaError `INVALID_INPUT` for a target or setting that there is not. */
export async function makeBundle({
  model,
  target: name,
  platform,
  settings = [],
}: BundleRequest): Promise<readonly BundleFile[]> {
  const target = getTarget(name)
  if (model.manifest.answeredBy) throw noGraph(model)
  return target.write({ model, platform, settings: readSettings(target, settings), regia: VERSION, target: name })
}

/** What a bundle holds answers alone; nobody is there whom it could ask. */
const noGraph = ({ name, version }: BundledModel): RegiaError =>
  new RegiaError('MODEL_INVALID', `Version ${version} of "${name}" has no graph: others answer for it.`, {
    where: name,
    hint: 'Bundle the models that answer.',
  })

function getTarget(name: string): BundleTarget {
  const found = BUNDLE_TARGETS.find((target) => target.name === name)
  if (found) return found
  throw new RegiaError('INVALID_INPUT', `There is no bundle for "${name}".`, {
    where: '--to',
    hint: `Choose one of: ${BUNDLE_TARGETS.map((target) => target.name).join(', ')}.`,
  })
}

function readSettings({ name, settings }: BundleTarget, given: readonly string[]): Record<string, string> {
  const values = Object.fromEntries(Object.entries(settings).map(([key, spec]) => [key, spec.default]))
  for (const text of given) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (key === undefined || value === undefined || !Object.hasOwn(values, key))
      throw unknownSetting(name, text, settings)
    values[key] = value
  }
  return values
}

const unknownSetting = (target: string, text: string, settings: BundleTarget['settings']): RegiaError =>
  new RegiaError('INVALID_INPUT', `A bundle for ${target} has no setting "${text.slice(0, 100)}".`, {
    where: '--set',
    hint: `Write NAME=VALUE. It has: ${Object.keys(settings).join(', ') || 'none'}.`,
  })
