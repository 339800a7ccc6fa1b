import { type PortType, RegiaError } from '@regia/core'
import type { Checks } from './checks.ts'
import { recordNode } from './composition.ts'
import { type ModelData, makeRef, type Ref, type ReportData, sourceOf, type TableData } from './refs.ts'
import { callerLocation } from './source-location.ts'

const MODEL: PortType = { kind: 'model' }
const REPORT: PortType = { kind: 'report' }
const PASSED: PortType = { kind: 'value', schema: { type: 'boolean' } }

export type GateInputs = {
  readonly model: Ref<ModelData>
  /** Labelled rows that the model was not trained on. */
  readonly test: Ref<TableData>
  /** The model to beat. */
  readonly previous?: Ref<ModelData | undefined>
}

const RUNS_ITSELF = { timeoutMs: 3_600_000, cpu: 1, memoryMb: 1024 } as const

/**
 * Adds a gate: it runs checks over a packaged model and a test table, and compares the graph with the training code on every row
 * (at most 1e-5 apart). A check that fails makes `passed` false; it does not fail the run.
 *
 * @param options - `name` of the step (default `gate`); `memoryMb` of its process (default 1024).
 * @throws RegiaError `PIPELINE_INVALID` when it is called outside a pipeline.
 * @returns `passed`, for {@link when}, and the `report`.
 * @example const { passed, report } = gate(delayChecks, { model: trained.model, test, previous: registry('delays@champion') })
 */
export function gate(
  checks: Checks,
  inputs: GateInputs,
  options: { readonly name?: string; readonly memoryMb?: number } = {},
): { readonly passed: Ref<boolean>; readonly report: Ref<ReportData> } {
  const { model, test, previous } = inputs
  const id = recordNode({
    ...RUNS_ITSELF,
    ...(options.memoryMb !== undefined && { memoryMb: options.memoryMb }),
    name: options.name ?? 'gate',
    kind: 'gate',
    inputs: { model: sourceOf(model), test: sourceOf(test), ...(previous && { previous: sourceOf(previous) }) },
    inputTypes: { model: MODEL, test: { kind: 'table' }, previous: MODEL },
    optionalInputs: ['previous'],
    outputs: { passed: PASSED, report: REPORT },
    checks: checks.checks,
    definedAt: callerLocation(gate)(),
  })
  return {
    passed: makeRef({ from: 'data', name: `${id}.passed` }),
    report: makeRef({ from: 'data', name: `${id}.report` }),
  }
}

/**
 * Adds the registration of a model package as the next version of a registered model.
 *
 * The first version that is registered becomes `champion`, since there is none yet; later ones get the alias given here.
 *
 * @param name - The registered model; made when it does not exist.
 * @param options - `report` of the gate, kept with the version; `alias` for versions after the first (default `challenger`).
 * @throws RegiaError `PIPELINE_INVALID` for a bad name, or outside a pipeline.
 * @example when(passed, () => register('delays', trained.model, { report, alias: 'challenger' }))
 */
export function register(
  name: string,
  model: Ref<ModelData>,
  options: { readonly report?: Ref<ReportData>; readonly alias?: string } = {},
): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(name)) throw invalidName(name)
  recordNode({
    ...RUNS_ITSELF,
    cache: false,
    name: 'register',
    kind: 'register',
    inputs: { model: sourceOf(model), ...(options.report && { report: sourceOf(options.report) }) },
    inputTypes: { model: MODEL, report: REPORT },
    optionalInputs: ['report'],
    outputs: {},
    register: { model: name, alias: options.alias ?? 'challenger' },
    definedAt: callerLocation(register)(),
  })
}

const invalidName = (name: string) =>
  new RegiaError('PIPELINE_INVALID', `"${name}" cannot name a registered model.`, {
    hint: 'Use letters, digits, ".", "_" and "-", beginning with a letter or digit.',
  })
