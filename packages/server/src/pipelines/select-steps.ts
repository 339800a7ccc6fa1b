import { type GraphStep, RegiaError, type Selection, stepsNeededBy } from '@regia/core'
import { suggest } from '../http/near-names.ts'
import type { OrderedVersion } from './version-store.ts'

/** Which steps a run is about, and which others it takes something from. */
export type SelectedSteps = {
  readonly selected: ReadonlySet<string>
  /** Not selected, but a selected step takes what they make. */
  readonly needed: ReadonlySet<string>
}

/**
 * The steps that a selection means; each of its parts narrows it down, and without any it is the whole graph.
 *
 * @throws RegiaError `INVALID_INPUT` for a step, group or tag that the graph does not have, and where nothing is left.
 */
export function selectSteps(version: OrderedVersion, selection: Selection | undefined): SelectedSteps {
  const { ordered } = version
  const parts = selection ? partsOf(version, selection) : []
  const chosen = ordered.filter(({ id }) => parts.every((part) => part.has(id)))
  if (chosen.length === 0) {
    throw new RegiaError('INVALID_INPUT', `The selection leaves no step of pipeline "${version.pipeline}".`, {
      where: 'selection',
      hint: `A step runs when it fulfils every part of the selection. ${stepsThereAre(version)}`,
    })
  }
  const selected = new Set(chosen.map(({ id }) => id))
  const needed = new Set(chosen.flatMap((step) => stepsNeededBy(step)).filter((id) => !selected.has(id)))
  return { selected, needed }
}

function partsOf(version: OrderedVersion, { from, to, only, tags }: Selection): readonly ReadonlySet<string>[] {
  return [
    ...(from ? [withFollowers(version.ordered, stepsNamed(version, from, 'selection.from'))] : []),
    ...(to ? [withNeeds(version.ordered, stepsNamed(version, to, 'selection.to'))] : []),
    ...(only ? [stepsNamed(version, only, 'selection.only')] : []),
    ...(tags ? [stepsTagged(version, tags)] : []),
  ]
}

/**
 * The ids behind names of steps; the name of a group means the steps in it.
 *
 * @throws RegiaError `INVALID_INPUT` naming the steps that there are.
 */
export function stepsNamed(version: OrderedVersion, names: readonly string[], where: string): ReadonlySet<string> {
  return new Set(names.flatMap((name) => stepsBehind(version, name, where)))
}

function stepsBehind(version: OrderedVersion, name: string, where: string): readonly string[] {
  if (version.stepsById.has(name)) return [name]
  const inGroup = version.ordered.filter(({ group }) => group === name || group?.startsWith(`${name}.`))
  if (inGroup.length > 0) return inGroup.map(({ id }) => id)
  throw new RegiaError('INVALID_INPUT', `Pipeline "${version.pipeline}" has no step "${name}".`, {
    where,
    hint: hintFor(name, version),
    data: { step: name },
  })
}

function hintFor(name: string, version: OrderedVersion): string {
  const ids = version.ordered.map(({ id }) => id)
  const near = suggest(name, ids)
  return near.startsWith('Did') ? `${near} ${stepsThereAre(version)}` : stepsThereAre(version)
}

const MAX_SHOWN = 20

function stepsThereAre({ ordered }: OrderedVersion): string {
  const shown = ordered.slice(0, MAX_SHOWN).map(({ id }) => id)
  const more = ordered.length > MAX_SHOWN ? ` and ${ordered.length - MAX_SHOWN} more` : ''
  return `Its steps are: ${shown.join(', ')}${more}.`
}

function stepsTagged({ ordered, pipeline }: OrderedVersion, tags: readonly string[]): ReadonlySet<string> {
  const known = [...new Set(ordered.flatMap((step) => step.tags))].sort()
  const unknown = tags.find((tag) => !known.includes(tag))
  if (unknown !== undefined) {
    throw new RegiaError('INVALID_INPUT', `No step of pipeline "${pipeline}" has the tag "${unknown}".`, {
      where: 'selection.tags',
      hint: known.length > 0 ? `Its tags are: ${known.join(', ')}.` : 'None of its steps has a tag.',
    })
  }
  return new Set(ordered.filter((step) => step.tags.some((tag) => tags.includes(tag))).map(({ id }) => id))
}

/** One pass is enough: what a step needs stands before it. */
function withFollowers(ordered: readonly GraphStep[], first: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set(first)
  for (const step of ordered) if (stepsNeededBy(step).some((id) => found.has(id))) found.add(step.id)
  return found
}

function withNeeds(ordered: readonly GraphStep[], last: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set(last)
  for (const step of ordered.toReversed()) {
    if (found.has(step.id)) for (const id of stepsNeededBy(step)) found.add(id)
  }
  return found
}
