import {
  type AnsweredBy,
  canonicalJson,
  type FittedTabularModel,
  type ModelPackage,
  modelPackageSchema,
  type ReferenceProfile,
  referenceProfileSchema,
  tabularModelFromJson,
} from '@regia/core'
import { strToU8 } from 'fflate'
import { hashBytes } from '../blobs/index.ts'
import { unsoundZip as invalid, unzipFiles, zipFiles } from './zip-files.ts'

/** The files of a package and how large each may be once unpacked: a small zip may claim to hold any amount. */
const FILES = {
  'manifest.json': 16 * 2 ** 20,
  'model.onnx': 512 * 2 ** 20,
  'reference-profile.json': 64 * 2 ** 20,
  'training.json': 512 * 2 ** 20,
} as const
export type PackageFileName = keyof typeof FILES

/** An unpacked and verified model package. */
export type OpenedPackage = {
  readonly manifest: ModelPackage
  /** The bytes of `model.onnx`; none where something else answers. */
  readonly graph: Uint8Array
  readonly referenceProfile: ReferenceProfile | undefined
  /** All files as they are, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The training code's own model, for comparison with the graph; undefined when the package holds none. @throws RegiaError `MODEL_INVALID`. */
  readonly readTraining: () => FittedTabularModel | undefined
}

export type PackageContents = {
  /** The manifest without what follows from the other contents. */
  readonly manifest: Omit<ModelPackage, 'format' | 'graph' | 'graphSizeBytes' | 'referenceProfile'>
  readonly graph: Uint8Array
  readonly referenceProfile?: ReferenceProfile
  readonly training?: FittedTabularModel
}

/** Zips a package: sorted names, one fixed time, so that equal contents give equal bytes and one digest. */
export function packModel({ manifest, graph, referenceProfile, training }: PackageContents): Uint8Array {
  const profileBytes = referenceProfile && strToU8(canonicalJson(referenceProfile))
  const whole: ModelPackage = {
    ...manifest,
    format: 1,
    graph: hashBytes(graph),
    graphSizeBytes: graph.byteLength,
    ...(profileBytes && { referenceProfile: hashBytes(profileBytes) }),
  }
  return zipPackage({
    'manifest.json': strToU8(canonicalJson(modelPackageSchema.parse(whole))),
    'model.onnx': graph,
    'reference-profile.json': profileBytes,
    'training.json': training && strToU8(canonicalJson(training.toJson())),
  })
}

/** A package without a graph: it says who answers. */
export function packAnsweredBy(
  manifest: Omit<PackageContents['manifest'], 'answeredBy'> & { readonly answeredBy: AnsweredBy },
): Uint8Array {
  const graph = hashBytes(strToU8(canonicalJson(manifest.answeredBy)))
  const whole: ModelPackage = { ...manifest, format: 1, graph, graphSizeBytes: 0 }
  return zipPackage({ 'manifest.json': strToU8(canonicalJson(modelPackageSchema.parse(whole))) })
}

/** Zips the files of a package in their one order. */
export const zipPackage = (files: Readonly<Partial<Record<PackageFileName, Uint8Array | undefined>>>): Uint8Array =>
  zipFiles(
    new Map(
      Object.keys(FILES)
        .filter(isFileName)
        .flatMap((name) => (files[name] ? [[name, files[name]] as const] : [])),
    ),
  )

/**
 * Unpacks and verifies a model package.
 *
 * @throws RegiaError `MODEL_INVALID` when it is no package, holds other files than a package does or more than it may, or when a
 *   digest is not what the manifest says.
 */
export function readModelPackage(bytes: Uint8Array): OpenedPackage {
  const files = unzipFiles(bytes, FILES)
  const manifest = readManifest(files.get('manifest.json'))
  const { answeredBy } = manifest
  const graph = answeredBy ? NOTHING : files.get('model.onnx')
  if (!graph) throw invalid('it holds no model.onnx')
  if (answeredBy) assertDigest('answeredBy', strToU8(canonicalJson(answeredBy)), manifest.graph)
  else assertDigest('model.onnx', graph, manifest.graph)
  const profile = files.get('reference-profile.json')
  if (manifest.referenceProfile) assertDigest('reference-profile.json', profile, manifest.referenceProfile)
  const training = files.get('training.json')
  return {
    manifest,
    graph,
    files,
    referenceProfile: profile && parse('reference-profile.json', profile, (json) => referenceProfileSchema.parse(json)),
    readTraining: () => training && parse('training.json', training, tabularModelFromJson),
  }
}

function readManifest(bytes: Uint8Array | undefined): ModelPackage {
  if (!bytes) throw invalid('it holds no manifest.json')
  return parse('manifest.json', bytes, (json) => modelPackageSchema.parse(json))
}

function parse<Value>(name: PackageFileName, bytes: Uint8Array, read: (json: unknown) => Value): Value {
  try {
    return read(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 500) : String(error)
    throw invalid(`${name} is not as it should be: ${message}`, error)
  }
}

const NOTHING = new Uint8Array()

function assertDigest(name: PackageFileName | 'answeredBy', bytes: Uint8Array | undefined, expected: string): void {
  const got = bytes ? hashBytes(bytes) : 'absent'
  if (got !== expected) throw invalid(`${name} is ${got}, its manifest says ${expected}`)
}

const isFileName = (name: string): name is PackageFileName => Object.hasOwn(FILES, name)
