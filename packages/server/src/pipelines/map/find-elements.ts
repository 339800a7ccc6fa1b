import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Artifact, canonicalJson, type GraphStep, type MapSpec, RegiaError } from '@regia/core'
import { type BlobStore, type DataWorker, readArtifactList } from '@regia/engine'
import { chosenRef } from '../ref-state.ts'
import { type InputSources, inputArtifacts, valueArtifact } from '../resolve-inputs.ts'

/** One element of a mapped input: what its attempt gets, and how people call it. */
export type Element = { readonly label: string; readonly artifact: Artifact }

export type ElementSources = {
  readonly blobs: BlobStore
  readonly cut: DataWorker['cut']
  /** A folder for tables while they are cut. */
  readonly tempDir: string
}

export const MAX_ELEMENTS = 100_000
const MAX_LABEL_LENGTH = 80

/**
 * Takes the mapped input of a step apart. The same input gives the same elements, so that it can be done again after a crash.
 *
 * @param id - Unique to this mapped step: names the folder in which a table is cut.
 * @throws RegiaError `INVALID_INPUT` when the input is no list, no table, or of the wrong kind; what cutting a table throws.
 */
export async function findElements(
  step: GraphStep,
  map: MapSpec,
  id: string,
  inputs: InputSources,
  sources: ElementSources,
): Promise<readonly Element[]> {
  const given = await givenArtifacts(step, map.input, inputs, sources)
  const elements = map.by.kind === 'items' ? given.map(labelled) : await cutTable(step, map, given, id, sources)
  assertElements(step, map.input, elements)
  return elements
}

/** What stands on the input, lists opened: what another mapped step made, an array of references, or the items of a JSON array. */
async function givenArtifacts(
  step: GraphStep,
  input: string,
  inputs: InputSources,
  { blobs }: ElementSources,
): Promise<readonly Artifact[]> {
  const ref = step.inputs[input]
  if (!ref) throw new Error(`unreachable: step "${step.id}" has no input "${input}" to be mapped over`)
  const isList = chosenRef(ref, inputs.states).from === 'list'
  const given: Artifact[] = []
  for (const artifact of Object.values(inputArtifacts({ ...step, inputs: { [input]: ref } }, inputs))) {
    if (artifact.kind === 'list') given.push(...(await readArtifactList(artifact.digest, blobs)))
    else if (artifact.kind !== 'value' || isList) given.push(artifact)
    else if (Array.isArray(artifact.value)) given.push(...artifact.value.map(valueArtifact))
    else throw invalid(step, input, `whose value is no list but ${shortText(artifact.value)}`)
  }
  return given
}

async function cutTable(
  step: GraphStep,
  { input, by }: MapSpec,
  given: readonly Artifact[],
  id: string,
  { blobs, cut, tempDir }: ElementSources,
): Promise<readonly Element[]> {
  const [table] = given
  if (by.kind === 'items') throw new Error('unreachable: items are not cut')
  if (given.length !== 1 || table?.kind !== 'table') {
    throw invalid(
      step,
      input,
      `which is ${given.length === 1 ? `a ${table?.kind}` : `a list of ${given.length}`}, not a table`,
    )
  }
  const outputDir = join(tempDir, `map-${id}`)
  try {
    const path = await blobs.localPath(table.digest)
    const { pieces, columns } = await cut({ path, by, outputDir, maximumPieces: MAX_ELEMENTS })
    const elements: Element[] = []
    let first = 1
    for (const piece of pieces) {
      const label = by.kind === 'rows' ? rowsLabel(first, piece.rowCount) : valueLabel(by.column, piece.value)
      const kept = await blobs.putFile(piece.path, { move: true })
      const artifact: Artifact = { kind: 'table', ...kept, rowCount: piece.rowCount, columns: [...columns] }
      elements.push({ label, artifact })
      first += piece.rowCount
    }
    return elements
  } finally {
    await rm(outputDir, { recursive: true, force: true })
  }
}

function assertElements(step: GraphStep, input: string, elements: readonly Element[]): void {
  if (elements.length > MAX_ELEMENTS) {
    throw invalid(step, input, `which has ${elements.length} elements; at most ${MAX_ELEMENTS} are allowed`)
  }
  const wanted = step.inputTypes[input]?.kind
  const other = elements.find(({ artifact }) => artifact.kind !== wanted)
  if (other) throw invalid(step, input, `whose element ${other.label} is a ${other.artifact.kind}, not a ${wanted}`)
}

const labelled = (artifact: Artifact): Element => ({
  label: artifact.kind === 'value' ? shortText(artifact.value) : `${artifact.kind} ${artifact.digest.slice(7, 15)}`,
  artifact,
})

const rowsLabel = (first: number, count: number): string => `rows ${first} to ${first + count - 1}`

const valueLabel = (column: string, value: string | undefined): string =>
  value === undefined ? `${column} absent` : shortened(`${column} = ${value}`)

const shortText = (value: unknown): string => shortened(canonicalJson(value ?? null))

const shortened = (text: string): string =>
  text.length <= MAX_LABEL_LENGTH ? text : `${text.slice(0, MAX_LABEL_LENGTH - 1)}…`

const invalid = (step: GraphStep, input: string, what: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `Step "${step.id}" is mapped over its input "${input}", ${what}.`, {
    where: step.definedAt ?? step.id,
    hint: 'Map over a list, or over a table by rows or by the values of a column.',
  })
