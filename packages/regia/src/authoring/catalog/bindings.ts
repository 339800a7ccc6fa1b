import { type CatalogEntry, catalogEntrySchema, definitionEnvironment, nameSchema } from '@regia/core'
import { z } from 'zod'
import { parseDeclaration, wrongDeclaration } from '../parse-declaration.ts'
import { jsonSchemaOf } from '../ports.ts'
import type { Source } from '../refs.ts'
import type { AnyEntry, Entries } from './entry.ts'

/** What a name of a catalog means in the environment that the definitions are read for. */
export type Binding =
  | { readonly kind: 'entry'; readonly entry: CatalogEntry }
  | { readonly kind: 'param'; readonly schema: z.ZodType }
export type Bindings = ReadonlyMap<string, Binding>

type Environments = { readonly [environment: string]: { readonly [name: string]: unknown } }

/** @throws RegiaError `CONFIG_INVALID` naming the entry and the line; entries of every environment are read, so that none is wrong unseen. */
export function bind(entries: Entries, environments: Environments, locate: () => string | undefined): Bindings {
  const base = new Map(Object.entries(entries).map(([name, given]) => [name, readEntry(name, given, locate)]))
  const current = definitionEnvironment()
  let bindings = base
  for (const [environment, overrides] of Object.entries(environments)) {
    const overridden = override(base, environment, overrides, locate)
    if (environment === current) bindings = overridden
  }
  return bindings
}

/** Where a name leads; for a parameter with what it may be, for an entry with its place. */
export function sourceOfBinding(name: string, binding: Binding): Source {
  if (binding.kind === 'entry') return { from: 'catalog', name, entry: binding.entry }
  return { from: 'param', name, declared: jsonSchemaOf(binding.schema) }
}

function override(
  base: ReadonlyMap<string, Binding>,
  environment: string,
  overrides: Environments[string],
  locate: () => string | undefined,
): Map<string, Binding> {
  const bindings = new Map(base)
  for (const [name, given] of Object.entries(overrides)) {
    const known = base.get(name)
    if (!known) throw unknownName(environment, name, [...base.keys()], locate)
    const what = `${name}" of environment "${environment}`
    bindings.set(
      name,
      known.kind === 'param' ? otherDefault(what, known, given, locate) : readEntry(what, given, locate),
    )
  }
  return bindings
}

function readEntry(name: string, given: unknown, locate: () => string | undefined): Binding {
  if (!nameSchema.safeParse(name.split('"')[0]).success) throw wrongName(name, locate)
  if (isParam(given)) return { kind: 'param', schema: given.param }
  if (typeof given !== 'object' || given === null || !('entry' in given)) throw noEntry(name, locate)
  return { kind: 'entry', entry: parseDeclaration(`catalog entry "${name}"`, catalogEntrySchema, given.entry, locate) }
}

const isParam = (given: unknown): given is Extract<AnyEntry, { readonly param: z.ZodType }> =>
  typeof given === 'object' && given !== null && 'param' in given

function otherDefault(
  what: string,
  { schema }: Extract<Binding, { readonly kind: 'param' }>,
  given: unknown,
  locate: () => string | undefined,
): Binding {
  const value = parseDeclaration(`default of "${what}"`, schema, given, locate)
  return { kind: 'param', schema: z._default(schema, value) }
}

const noEntry = (name: string, locate: () => string | undefined) =>
  wrongDeclaration(`"${name}" of a catalog is no entry.`, "Such as entry.csv({ path: 'data/rows.csv' }).", locate)

const wrongName = (name: string, locate: () => string | undefined) =>
  wrongDeclaration(
    `"${name}" cannot name data.`,
    'Use letters, digits, ".", "_" and "-", beginning with a letter or digit.',
    locate,
  )

const unknownName = (environment: string, name: string, names: readonly string[], locate: () => string | undefined) =>
  wrongDeclaration(
    `Environment "${environment}" of a catalog has "${name}", which the catalog itself has not.`,
    `The catalog has: ${names.join(', ')}.`,
    locate,
  )
