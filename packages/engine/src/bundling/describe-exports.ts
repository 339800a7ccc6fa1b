import { type CheckSuite, isDefinition, RegiaError } from '@regia/core'
import type { PipelineDefinition, StepDefinition } from '../steps/step-definition.ts'
import type { StepPlace } from './code-digests.ts'
import type { DiscoveryReply } from './discover.ts'

/** What each file of the project exports. */
export type Modules = { readonly [file: string]: { readonly [name: string]: unknown } }

/** What an entry file defines, as data. */
export function describeExports(entry: string, modules: Modules): DiscoveryReply {
  const exported = [...new Set(Object.values(modules[entry] ?? {}))]
  const pipelines = exported.filter((value): value is PipelineDefinition => isDefinition(value, 'pipeline'))
  return {
    pipelines: pipelines.map(({ graph }) => graph),
    places: findPlaces(modules, pipelines),
    endpoints: exported.filter((value) => isDefinition(value, 'endpoint')).map(specOf),
    monitors: exported.filter((value) => isDefinition(value, 'monitor')).map(specOf),
    checks: exported.filter(isCheckSuite),
    schedules: exported.filter((value) => isDefinition(value, 'schedule')).map(specOf),
    notifiers: exported.filter((value) => isDefinition(value, 'notifier')).map(specOf),
  }
}

const specOf = (definition: object): unknown => ('spec' in definition ? definition.spec : undefined)

/** Where each step of the pipelines is exported. Functions of one definition are one step, however often it is exported. */
function findPlaces(modules: Modules, pipelines: readonly PipelineDefinition[]): StepPlace[] {
  const places = new Map<StepDefinition['execute'], Omit<StepPlace, 'step'>>()
  for (const [file, exports] of Object.entries(modules)) {
    for (const [exportName, value] of Object.entries(exports)) {
      if (isStep(value) && !places.has(value.execute)) places.set(value.execute, { file, exportName })
    }
  }
  const steps = stepsOf(pipelines)
  return [...steps].flatMap(([step, { execute }]) => {
    const place = places.get(execute)
    return place ? [{ step, ...place }] : []
  })
}

/** A manifest names a step by its name alone, so one file cannot hold two of a name. */
function stepsOf(pipelines: readonly PipelineDefinition[]): ReadonlyMap<string, StepDefinition> {
  const steps = new Map<string, StepDefinition>()
  for (const [name, step] of pipelines.flatMap((pipeline) => [...pipeline.steps])) {
    const known = steps.get(name)
    if (known && known.execute !== step.execute) {
      throw new RegiaError('PIPELINE_INVALID', `Two different steps of one file are named "${name}".`, {
        hint: 'Rename one of them, or put the pipelines into two files.',
      })
    }
    steps.set(name, step)
  }
  return steps
}

const isStep = (value: unknown): value is StepDefinition => isDefinition(value, 'step')
const isCheckSuite = (value: unknown): value is CheckSuite => isDefinition(value, 'checks')
