import { createSketcher, type Digest, type ModelVersion, type PackagedVersion, RegiaError, servable } from '@regia/core'
import { hashBytes, openModel, type ReadSecret, readModelPackage } from '@regia/engine'
import { type Members, openComposition } from './composition/index.ts'
import { type ModelDirectory, parseModelRef, type RegisteredVersion } from './gateway/model-directory.ts'
import { ModelCache } from './gateway/models/model-cache.ts'
import type { FindVersionFacts, VersionFacts } from './log-consumer/index.ts'

/** What this needs of the registry and the blob store. */
export type RegistrySource = {
  readonly findVersion: (model: string, version: number | string) => Promise<ModelVersion | undefined>
  readonly promote: (move: {
    readonly model: string
    readonly version: number
    readonly alias: string
    readonly by: string
    readonly reason: string
  }) => Promise<unknown>
  /** Whether an alias moves only when somebody has approved. */
  readonly isProtected?: (model: string, alias: string) => Promise<boolean>
  /** A package's bytes, verified. @throws RegiaError `BLOB_MISSING`, `BLOB_CORRUPT`. */
  readonly readPackage: (digest: Digest) => Promise<Uint8Array>
  /** Keeps a package and makes a version of it. */
  readonly register: (model: string, packageBytes: Uint8Array) => Promise<number>
  /** The endpoints, as compositions ask them. */
  readonly members: Members
  /** Finds what other servers demand. */
  readonly readSecret: ReadSecret
}

/** Facts of a version and how much each input counts for it. */
export type KnownVersion = VersionFacts & { readonly importance: Readonly<Record<string, number>> }

export type RegisteredModels = {
  readonly directory: ModelDirectory
  readonly findFacts: FindVersionFacts
  readonly findKnown: (model: string, version: number) => Promise<KnownVersion | undefined>
  /** Those in memory. */
  readonly cache: ModelCache
}

const MAX_KNOWN = 200

/** Registered models as serving sees them. What a version is never changes, so that it is read once. */
export function registeredModels(
  source: RegistrySource,
  { maxLoadedBytes }: { readonly maxLoadedBytes?: number | undefined } = {},
): RegisteredModels {
  const cache = new ModelCache({
    load: async ({ packageDigest }, loadIn) => {
      const opened = readModelPackage(await source.readPackage(packageDigest))
      const { answeredBy } = opened.manifest
      if (answeredBy?.kind !== 'composition') return openModel(opened, { loadIn, readSecret: source.readSecret })
      return openComposition(opened.manifest, answeredBy.composition, source.members)
    },
    ...(maxLoadedBytes !== undefined && { maxLoadedBytes }),
  })
  const known = new Map<Digest, Promise<KnownVersion>>()
  const findKnown = async (model: string, version: number): Promise<KnownVersion | undefined> => {
    const registered = await source.findVersion(model, version)
    if (!registered) return undefined
    const found = servable(registered)
    const digest = found.packageDigest
    const read = known.get(digest) ?? readKnown(source, found)
    known.set(digest, read)
    read.catch(() => known.delete(digest))
    const oldest = known.keys().next().value
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest)
    return read
  }
  return {
    directory: {
      find: async (ref) => {
        const { model, name, isAlias } = parseModelRef(ref)
        const found = await source.findVersion(model, isAlias ? name : Number(name))
        return found && servable(found)
      },
      open: async (version: RegisteredVersion) => cache.open(version),
      registerComposition: async (name, bytes) => {
        const last = await source.findVersion(name, 'champion')
        if (last?.packageDigest === hashBytes(bytes)) return last.version
        if (last && last.package?.answeredBy?.kind !== 'composition') throw nameTaken(name)
        return source.register(name, bytes)
      },
      isProtected: async (model, alias) => (await source.isProtected?.(model, alias)) ?? false,
      hasPassedChecks: async (model, version) => (await source.findVersion(model, version))?.report?.passed,
      moveAlias: async (move) => {
        await source.promote(move)
      },
    },
    findFacts: findKnown,
    findKnown,
    cache,
  }
}

const nameTaken = (name: string): RegiaError =>
  new RegiaError('CONFLICT', `"${name}" is a registered model already, and no composition.`, {
    where: 'name',
    hint: 'A composition is registered under its endpoint’s name: give the endpoint another one.',
  })

async function readKnown(source: RegistrySource, version: PackagedVersion): Promise<KnownVersion> {
  const { manifest, referenceProfile } = readModelPackage(await source.readPackage(version.packageDigest))
  return {
    signature: manifest.signature,
    ...(referenceProfile && {
      reference: { profile: referenceProfile, sketcher: createSketcher(referenceProfile) },
    }),
    importance: importanceByInput(
      manifest.signature.inputs.map(({ name }) => name),
      manifest.featureImportance,
    ),
  }
}

/** A feature counts for the input that it was made of: `origin=SFO` and `date_hour` for `origin` and `date`. */
function importanceByInput(
  inputs: readonly string[],
  features: readonly { readonly feature: string; readonly importance: number }[],
): Readonly<Record<string, number>> {
  const sums = new Map(inputs.map((name) => [name, 0]))
  const longestFirst = [...inputs].sort((a, b) => b.length - a.length)
  for (const { feature, importance } of features) {
    const input = longestFirst.find(
      (name) => feature === name || feature.startsWith(`${name}=`) || feature.startsWith(`${name}_`),
    )
    if (input !== undefined) sums.set(input, (sums.get(input) ?? 0) + importance)
  }
  return Object.fromEntries(sums)
}
