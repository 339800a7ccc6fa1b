import { readFileSync } from 'node:fs'
import { hashBytes, type Platform, readModelPackage, writeModelPackage } from '@regia/engine'
import { Ajv2019, type AnySchema } from 'ajv/dist/2019.js'
import type { BundledModel } from '../../../packages/regia/src/bundles/bundle-target.ts'
import { makeBundle } from '../../../packages/regia/src/bundles/index.ts'
import { trainOnTrips } from '../../fixtures/models/trips.ts'

/** A small model under a name that is no name of DNS. */
export async function tripsModel(name = 'Late_trips'): Promise<BundledModel> {
  const { bytes } = await writeModelPackage(trainOnTrips())
  return { name, version: 3, manifest: readModelPackage(bytes).manifest, bytes, digest: hashBytes(bytes) }
}

export type Files = ReadonlyMap<string, Buffer>

const made = new Map<string, Promise<Files>>()

/** The files of a bundle by path; made once for the tests of a file. */
export function bundleOf(...args: Parameters<typeof freshBundle>): Promise<Files> {
  const [{ name, version, digest }, ...rest] = args
  const key = JSON.stringify([name, version, digest, ...rest])
  const files = made.get(key) ?? freshBundle(...args)
  made.set(key, files)
  return files
}

export async function freshBundle(
  model: BundledModel,
  target: string,
  settings: readonly string[] = [],
  platform: Platform = 'linux/x64',
): Promise<Files> {
  const files = await makeBundle({ model, target, settings, platform })
  return new Map(files.map(({ path, content }) => [path, Buffer.from(content)]))
}

export function textOf(files: Files, path: string): string {
  const content = files.get(path)
  if (!content) throw new Error(`the bundle has no ${path}, but ${[...files.keys()].join(', ')}`)
  return content.toString('utf8')
}

export const sizeOf = (files: Files): number => [...files.values()].reduce((sum, { length }) => sum + length, 0)

type SchemaName = 'kubernetes' | 'compose' | 'cloud-config' | 'ecs'

/** What a published schema says against a value; nothing where it is as it should be. */
export function faultsOf(schema: SchemaName, value: unknown, part = ''): readonly string[] {
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema(readSchema(schema), schema)
  const validate = ajv.getSchema(part === '' ? schema : `${schema}#/$defs/${part}`)
  if (!validate) throw new Error(`schema ${schema} has no ${part}`)
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${instancePath} ${message} ${JSON.stringify(params)}`
  })
}

const readSchema = (name: SchemaName): AnySchema =>
  JSON.parse(readFileSync(new URL(`../../reference/schemas/${name}.json`, import.meta.url), 'utf8'))
