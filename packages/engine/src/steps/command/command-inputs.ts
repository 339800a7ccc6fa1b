import { copyFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jsonSchemaFault, type PortType, RegiaError, type StepManifest } from '@regia/core'
import { mapAtMost } from '../map-at-most.ts'
import { placeOf } from '../place-of.ts'
import type { StepData } from '../step-data.ts'
import { endingOf } from './media-types.ts'

/** What a placeholder of an input becomes: a value, or the path of a file or folder. */
export type BoundInput =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'path'
      readonly path: string
      /** Of a list: what the file lists. */
      readonly items?: readonly unknown[]
    }

const LINKS_AT_ONCE = 32

type ManifestInput = StepManifest['inputs'][string]
type Located = ManifestInput['artifacts'][number]

/**
 * The inputs of a program: values as they are, files under names that tell what they hold, lists as JSON files.
 *
 * @throws RegiaError `STEP_INPUT_MISSING`, `INVALID_INPUT` naming the input.
 */
export async function bindInputs(manifest: StepManifest, dir: string): Promise<Record<string, BoundInput>> {
  const entries = Object.entries(manifest.inputs).map(
    async ([name, input]) => [name, await bindInput(name, input, manifest, dir)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

async function bindInput(name: string, input: ManifestInput, manifest: StepManifest, dir: string): Promise<BoundInput> {
  const { type, artifacts } = input
  if (input.isList) return writeList(name, input, dir)
  if (type.kind === 'value' || type.kind === 'report')
    return { kind: 'value', value: givenValue(name, input, manifest) }
  const [located] = artifacts
  if (located) return { kind: 'path', path: await linkInput(name, type, located, dir) }
  // A model that is not registered yet may be left out.
  if (type.kind === 'model') return { kind: 'value', value: '' }
  throw new RegiaError('STEP_INPUT_MISSING', `Nothing came for input "${name}" of step "${manifest.step}".`, {
    where: placeOf(manifest),
    hint: 'The step before it was skipped or made nothing.',
  })
}

function givenValue(name: string, { type, value, artifacts }: ManifestInput, manifest: StepManifest): unknown {
  const given = artifacts[0] ? artifacts[0].artifact.value : value
  if (type.kind !== 'value') return given ?? null
  const known = given ?? type.default ?? null
  // What may be left out has no place in the schema.
  const fault = known === null ? undefined : jsonSchemaFault(type.schema, known)
  if (fault === undefined) return known
  throw new RegiaError('INVALID_INPUT', `The value of input "${name}" of step "${manifest.step}" is wrong: ${fault}.`, {
    where: placeOf(manifest),
    hint: `Got ${JSON.stringify(known)?.slice(0, 200)}.`,
  })
}

async function writeList(name: string, { type, artifacts, value }: ManifestInput, dir: string): Promise<BoundInput> {
  const isData = type.kind === 'value' || type.kind === 'report'
  const links = () => mapAtMost(LINKS_AT_ONCE, artifacts, (located, i) => linkInput(`${name}-${i}`, type, located, dir))
  const values = artifacts.length > 0 ? artifacts.map(({ artifact }) => artifact.value ?? null) : listOf(value)
  const items = isData ? values : await links()
  const path = join(dir, `${name}.json`)
  await writeFile(path, JSON.stringify(items))
  return { kind: 'path', path, items }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** A blob has no ending, but programs go by endings. */
async function linkInput(name: string, type: PortType, { artifact, path }: Located, dir: string): Promise<string> {
  if (artifact.kind === 'folder') return path
  const mediaType = artifact.mediaType ?? (type.kind === 'file' ? type.mediaType : undefined)
  const link = join(dir, `${name}${ENDINGS[artifact.kind] ?? endingOf(mediaType)}`)
  // A system without links for everybody still has copies.
  await symlink(path, link).catch(() => copyFile(path, link))
  return link
}

const ENDINGS: Readonly<Record<string, string>> = { table: '.parquet', model: '.zip' }

/** Makes copies of tables as CSV, one of each, when the program asks for them. */
export function csvCopies(dir: string, data: StepData): (name: string, path: string) => Promise<string> {
  const copies = new Map<string, Promise<string>>()
  const make = async (name: string, path: string) => {
    const copy = join(dir, `${name}.csv`)
    await data.convert(path, copy)
    return copy
  }
  return (name, path) => {
    const copy = copies.get(name) ?? make(name, path)
    copies.set(name, copy)
    return copy
  }
}
