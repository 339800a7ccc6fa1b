import {
  type ArchiveRecord,
  canonicalJson,
  cardMarkdown,
  type Digest,
  decodeModel,
  digestOf,
  type ModelVersion,
  type PackageArchiveManifest,
} from '@regia/core'
import { strToU8 } from 'fflate'
import { hashBytes } from '../../blobs/index.ts'
import { type OpenedPackage, readModelPackage, zipPackage } from '../model-package.ts'
import { assertOwnGraph } from '../own-graph.ts'
import { zipFiles } from '../zip-files.ts'
import { ARCHIVE_FILES, type ArchiveFileName } from './archive-files.ts'
import { licencesOf } from './licences-of.ts'
import { mlmodelOf } from './mlmodel-of.ts'

type Files = { readonly [Name in ArchiveFileName]?: Uint8Array | undefined }

/**
 * Writes a version as one zip that leaves its home: package, signature, example with its answer, checks, lineage, licences, card, and what MLflow needs.
 *
 * @param packageBytes - The model package as the registry has it.
 * @returns Bytes that depend on package and record alone: two machines write the same.
 * @throws RegiaError `MODEL_INVALID` when the package is not sound.
 */
export function writePackageArchive(packageBytes: Uint8Array, record: ArchiveRecord): Uint8Array {
  const opened = readModelPackage(packageBytes)
  assertOwnGraph(opened.manifest, 'It cannot leave as a file')
  const packageDigest = rezipped(opened)
  const files: Files = {
    'model.onnx': opened.graph,
    'signature.json': json(opened.manifest.signature),
    'example.json': json(opened.manifest.example),
    'reference-profile.json': opened.files.get('reference-profile.json'),
    'checks.json': record.report && json(record.report),
    'lineage.json': json(record.lineage),
    'training.json': opened.files.get('training.json'),
    'card.md': strToU8(cardMarkdown(versionOf(opened, record, packageDigest), record.card)),
    LICENSES: strToU8(licencesOf(record)),
    MLmodel: strToU8(mlmodelOf(opened.manifest.signature)),
  }
  const manifest = json(manifestOf(opened, record, { files, packageDigest }))
  return zipFiles(inOrder({ ...files, 'manifest.json': manifest }))
}

function manifestOf(
  opened: OpenedPackage,
  record: ArchiveRecord,
  { files, packageDigest }: { readonly files: Files; readonly packageDigest: Digest },
): PackageArchiveManifest {
  const { opsets, irVersion, producerName, producerVersion } = decodeModel(opened.graph)
  const { report: _, lineage: __, ...known } = record
  const body = {
    ...known,
    format: 'regia-package/1' as const,
    ...{ opsets, irVersion, producer: `${producerName} ${producerVersion}`.trim() },
    package: rawManifest(opened),
    packageDigest,
    files: Object.fromEntries(
      [...inOrder(files)].map(([name, bytes]) => [name, { digest: hashBytes(bytes), sizeBytes: bytes.byteLength }]),
    ),
  }
  return { ...body, tags: { ...body.tags }, digest: digestOfManifest(body) }
}

/** Of a manifest without its own `digest`. */
export const digestOfManifest = (body: object): Digest => digestOf(canonicalJson(body))

/** As it was written, also the fields that this version of Regia does not know. */
const rawManifest = ({ files }: OpenedPackage): PackageArchiveManifest['package'] =>
  JSON.parse(new TextDecoder().decode(files.get('manifest.json')))

/** What a home makes of the archive: the digest of the registry's package unless that was packed by another tool. */
const rezipped = (opened: OpenedPackage): Digest =>
  hashBytes(
    zipPackage({
      ...Object.fromEntries(opened.files),
      'manifest.json': strToU8(canonicalJson(rawManifest(opened))),
    }),
  )

/** The version as its card tells of it: nothing that depends on the home in which it stands. */
function versionOf({ manifest }: OpenedPackage, record: ArchiveRecord, packageDigest: Digest): ModelVersion {
  const { model, version, registeredAt, description, lineage, report } = record
  return {
    ...{ model, version, description, lineage, package: manifest, packageDigest },
    ...(report && { report }),
    packaging: { status: 'packaged' },
    aliases: [],
    tags: {},
    stage: 'None',
    createdAt: registeredAt,
    updatedAt: registeredAt,
  }
}

function inOrder(files: Files): ReadonlyMap<string, Uint8Array> {
  const names = Object.keys(ARCHIVE_FILES) as ArchiveFileName[]
  return new Map(names.flatMap((name) => (files[name] ? [[name, files[name]] as const] : [])))
}

const json = (value: unknown): Uint8Array => strToU8(`${canonicalJson(value)}\n`)
