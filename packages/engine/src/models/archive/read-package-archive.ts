import {
  type ArchiveRecord,
  canonicalJson,
  lineageSchema,
  type PackageArchiveManifest,
  packageArchiveSchema,
  RegiaError,
  reportSchema,
} from '@regia/core'
import { strToU8 } from 'fflate'
import { hashBytes } from '../../blobs/index.ts'
import { zipPackage } from '../model-package.ts'
import { unsoundZip, unzipFiles } from '../zip-files.ts'
import { ARCHIVE_FILES, REQUIRED_FILES } from './archive-files.ts'
import { digestOfManifest } from './write-package-archive.ts'

/** What is wrong with an archive. */
export type ArchiveFault = {
  readonly kind: 'zip' | 'manifest' | 'missing' | 'unknown' | 'changed' | 'disagrees' | 'graph' | 'self-test'
  readonly file?: string
  readonly message: string
}

/** An archive whose digests are as they should be. */
export type OpenedArchive = {
  readonly manifest: PackageArchiveManifest
  readonly record: ArchiveRecord
  /** All files by name. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The model package in it, as the registry keeps it. */
  readonly packageBytes: Uint8Array
}

/**
 * Opens a package archive.
 *
 * @throws RegiaError `MODEL_INVALID` with the first fault; {@link findArchiveFaults} names them all.
 */
export function readPackageArchive(bytes: Uint8Array): OpenedArchive {
  const { opened, faults } = openArchive(bytes)
  const [fault] = faults
  if (fault) throw unsoundZip(fault.message)
  if (!opened) throw new Error('unreachable: an archive without faults is open')
  return opened
}

/** What can be said of an archive without running it. */
export function openArchive(bytes: Uint8Array): {
  readonly opened: OpenedArchive | undefined
  readonly faults: readonly ArchiveFault[]
} {
  let files: ReadonlyMap<string, Uint8Array>
  try {
    files = unzipFiles(bytes, ARCHIVE_FILES)
  } catch (error) {
    return { opened: undefined, faults: [{ kind: 'zip', message: faultOf(error) }] }
  }
  const manifest = parseFile(files, 'manifest.json', (value) => packageArchiveSchema.parse(value))
  if ('kind' in manifest) return { opened: undefined, faults: [manifest] }
  const faults = [...manifestFaults(files), ...fileFaults(manifest.value, files)]
  if (faults.length > 0) return { opened: undefined, faults }
  return openWhole(manifest.value, files)
}

function openWhole(manifest: PackageArchiveManifest, files: ReadonlyMap<string, Uint8Array>) {
  const lineage = parseFile(files, 'lineage.json', (value) => lineageSchema.omit({ origin: true }).parse(value))
  const report = files.has('checks.json')
    ? parseFile(files, 'checks.json', (value) => reportSchema.parse(value))
    : { value: undefined }
  const packageBytes = packageIn(manifest, files)
  const faults = [lineage, report]
    .flatMap((part) => ('kind' in part ? [part] : []))
    .concat(disagreements(manifest, files, packageBytes))
  if (faults.length > 0 || 'kind' in lineage || 'kind' in report) return { opened: undefined, faults }
  const { model, version, registeredAt, description, tags, card } = manifest
  const record = { model, version, registeredAt, description, tags, card, lineage: lineage.value }
  return {
    opened: { manifest, files, packageBytes, record: { ...record, ...(report.value && { report: report.value }) } },
    faults,
  }
}

const packageIn = (manifest: PackageArchiveManifest, files: ReadonlyMap<string, Uint8Array>): Uint8Array =>
  zipPackage({
    'manifest.json': strToU8(canonicalJson(manifest.package)),
    'model.onnx': files.get('model.onnx'),
    'reference-profile.json': files.get('reference-profile.json'),
    'training.json': files.get('training.json'),
  })

/** A byte of the manifest itself is covered by its own digest. */
function manifestFaults(files: ReadonlyMap<string, Uint8Array>): readonly ArchiveFault[] {
  const { digest, ...body } = JSON.parse(new TextDecoder().decode(files.get('manifest.json')))
  if (digestOfManifest(body) === digest) return []
  return [{ kind: 'changed', file: 'manifest.json', message: 'manifest.json is not what its own digest says' }]
}

function fileFaults(manifest: PackageArchiveManifest, files: ReadonlyMap<string, Uint8Array>): ArchiveFault[] {
  const faults: ArchiveFault[] = []
  for (const name of files.keys()) {
    if (name === 'manifest.json' || Object.hasOwn(manifest.files, name)) continue
    faults.push({ kind: 'unknown', file: name, message: `it holds ${name}, of which its manifest says nothing` })
  }
  for (const name of new Set([...REQUIRED_FILES, ...Object.keys(manifest.files)])) {
    const bytes = files.get(name)
    const said = manifest.files[name]
    if (!bytes) faults.push({ kind: 'missing', file: name, message: `it lacks ${name}` })
    else if (said && hashBytes(bytes) !== said.digest) {
      faults.push({
        kind: 'changed',
        file: name,
        message: `${name} is ${hashBytes(bytes)}, its manifest says ${said.digest}`,
      })
    }
  }
  return faults
}

/** The same thing stands in several files, for readers that know only one of them. */
function disagreements(
  manifest: PackageArchiveManifest,
  files: ReadonlyMap<string, Uint8Array>,
  packageBytes: Uint8Array,
): ArchiveFault[] {
  const inside: readonly (readonly [string, unknown])[] = [
    ['signature.json', manifest.package.signature],
    ['example.json', manifest.package.example],
  ]
  const faults = inside.flatMap(([file, value]): ArchiveFault[] => {
    const part = parseFile(files, file, (found) => found)
    if ('kind' in part) return [part]
    const isSame = canonicalJson(part.value) === canonicalJson(value)
    return isSame ? [] : [{ kind: 'disagrees', file, message: `${file} says something else than the manifest` }]
  })
  const digest = hashBytes(packageBytes)
  if (digest === manifest.packageDigest) return faults
  const message = `its package is ${digest}, its manifest says ${manifest.packageDigest}`
  return [...faults, { kind: 'disagrees', file: 'manifest.json', message }]
}

function parseFile<Value>(
  files: ReadonlyMap<string, Uint8Array>,
  file: string,
  read: (json: unknown) => Value,
): { readonly value: Value } | ArchiveFault {
  const bytes = files.get(file)
  if (!bytes) return { kind: 'missing', file, message: `it lacks ${file}` }
  try {
    return { value: read(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))) }
  } catch (error) {
    return { kind: 'manifest', file, message: `${file} is not as it should be: ${faultOf(error).slice(0, 500)}` }
  }
}

const faultOf = (error: unknown): string =>
  error instanceof RegiaError
    ? error.message.replace(/^This is not a sound model package: /, '').replace(/\.$/, '')
    : error instanceof Error
      ? error.message
      : String(error)
