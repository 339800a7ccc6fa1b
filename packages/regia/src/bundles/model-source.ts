import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { nameSchema, RegiaError, servable } from '@regia/core'
import { hashBytes, packageInFile, readModelPackage } from '@regia/engine'
import type { RegiaClient } from '@regia/sdk'
import { parseModelReference } from '../cli/actions/model-reference.ts'
import type { BundledModel } from './bundle-target.ts'

type Registry = { readonly client: Pick<RegiaClient, 'models' | 'blobs'>; readonly close: () => Promise<void> }

export type ModelSource = {
  /** `MODEL@REF`, or the path of a package. */
  readonly model: string
  /** What clients shall call it. */
  readonly name: string | undefined
  /** Of a package that comes from a file. */
  readonly version?: number
  readonly workingDir: string
  /** Asked only for a registered model. */
  readonly connect: () => Promise<Registry>
}

/** A model from a package's file or from the registry, verified. @throws RegiaError `NOT_FOUND`, `MODEL_INVALID`, `INVALID_INPUT`. */
export async function readModelSource(source: ModelSource): Promise<BundledModel> {
  return source.model.endsWith('.zip') ? readFromFile(source) : readFromRegistry(source)
}

async function readFromFile({ model, name, version, workingDir }: ModelSource): Promise<BundledModel> {
  const path = resolve(workingDir, model)
  const content = await readFile(path).catch((cause: unknown) => {
    throw new RegiaError('NOT_FOUND', 'The model package cannot be read.', {
      cause,
      where: path,
      hint: 'Check the path.',
    })
  })
  const { bytes, record } = packageInFile(content)
  return modelOf(name ?? record?.model ?? basename(model, '.zip'), version ?? record?.version ?? 1, bytes)
}

async function readFromRegistry({ model, name, connect }: ModelSource): Promise<BundledModel> {
  const reference = parseModelReference(model)
  const { client, close } = await connect()
  try {
    const found = servable(await client.models.version(reference.model, reference.version))
    return modelOf(name ?? found.model, found.version, await client.blobs.read(found.packageDigest))
  } finally {
    // A home without an owner was owned for this question alone; serving what came of it needs no home.
    await close()
  }
}

function modelOf(name: string, version: number, bytes: Uint8Array): BundledModel {
  if (!nameSchema.safeParse(name).success) {
    throw new RegiaError(
      'INVALID_INPUT',
      `"${name.slice(0, 100)}" cannot stand in a path, where clients will write it.`,
      {
        where: '--name',
        hint: 'Give it one of letters, digits, ".", "_" and "-" with --name.',
      },
    )
  }
  const { manifest } = readModelPackage(bytes)
  return { name, version, manifest, bytes, digest: hashBytes(bytes) }
}
