import {
  type Artifact,
  type CheckSpec,
  digestOf,
  type ModelVersion,
  type PipelineGraph,
  pipelineGraphSchema,
  RegiaError,
  servable,
} from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { VERSION } from '../version.ts'
import { type Entry, loadEntries } from './entries.ts'
import type { Project } from './find-project.ts'

/** The checks that this project asks of a model: those of the gate in the pipeline that registers it, else the suite of its name. */
export async function findChecks(project: Project, model: string): Promise<readonly CheckSpec[]> {
  const entries = await loadEntries(project)
  const found = gateChecks(entries, model) ?? suiteChecks(entries, model)
  if (found) return found
  const suites = entries.flatMap(({ discovery }) => discovery.checks.map(({ name }) => name))
  throw new RegiaError('NOT_FOUND', `This project has no checks for the model "${model}".`, {
    where: project.dir,
    hint: `Give the pipeline that registers it a gate, or declare checks('${model}', …).${suites.length ? ` There is: ${suites.join(', ')}.` : ''}`,
  })
}

function gateChecks(entries: readonly Entry[], model: string): readonly CheckSpec[] | undefined {
  const graphs = entries.flatMap(({ discovery }) => discovery.pipelines)
  const graph = graphs.find(({ steps }) => steps.some((step) => step.register?.model === model))
  return graph?.steps.find((step) => step.kind === 'gate')?.checks
}

const suiteChecks = (entries: readonly Entry[], model: string) =>
  entries.flatMap(({ discovery }) => discovery.checks).find(({ name }) => name === model)?.checks

/** What a gate of an earlier run looked at. */
export type Examined = { readonly model: Artifact; readonly test: Artifact }

/** The package and the table on which a version was tested when it was made; one that was optimised, the table of the version that it was made from. */
export async function findExamined(client: RegiaClient, version: ModelVersion): Promise<Examined> {
  const { packageDigest } = servable(version)
  const { runId, optimisation } = version.lineage
  if (optimisation?.fromVersion !== undefined) {
    const { test } = await findExamined(client, await client.models.version(version.model, optimisation.fromVersion))
    const { byteLength } = await client.blobs.read(packageDigest)
    return { model: { kind: 'model', digest: packageDigest, sizeBytes: byteLength }, test }
  }
  const run = runId && (await client.runs.get(runId))
  const gates = run ? run.graph.steps.filter((step) => step.kind === 'gate') : []
  for (const { id } of gates) {
    const { model, test } = run?.steps.find((step) => step.step === id)?.inputs || {}
    if (model?.digest === packageDigest && test) return { model, test }
  }
  throw new RegiaError(
    'NOT_FOUND',
    `Nothing says on which rows ${version.model} version ${version.version} was tested.`,
    { where: `${version.model}@${version.version}`, hint: 'Its pipeline needs a gate: gate(checks, { model, test }).' },
  )
}

/** A pipeline of one gate over a fixed package and table. */
export function checkGraph(model: string, checks: readonly CheckSpec[], examined: Examined): PipelineGraph {
  const fixed = (kind: 'model' | 'table', { digest, sizeBytes }: Artifact) => ({
    from: 'artifact',
    kind,
    digest,
    sizeBytes,
  })
  return pipelineGraphSchema.parse({
    name: `check-${model}`,
    description: `The checks of ${model}, run by "regia check".`,
    params: {},
    steps: [
      {
        id: 'gate',
        name: 'gate',
        kind: 'gate',
        inputs: { model: fixed('model', examined.model), test: fixed('table', examined.test) },
        inputTypes: { model: { kind: 'model' }, test: { kind: 'table' } },
        outputs: { passed: { kind: 'value', schema: { type: 'boolean' } }, report: { kind: 'report' } },
        codeDigest: digestOf(`regia ${VERSION} gate`),
        checks,
        memoryMb: 1024,
      },
    ],
  })
}
