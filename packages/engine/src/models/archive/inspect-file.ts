import {
  type ArchiveRecord,
  type Digest,
  decodeModel,
  externalLocations,
  type ModelPackage,
  type OnnxModel,
  type OnnxValueInfo,
} from '@regia/core'
import { hashBytes } from '../../blobs/index.ts'
import { readModelPackage } from '../model-package.ts'
import { isArchive } from './import-package.ts'
import { readPackageArchive } from './read-package-archive.ts'

type Described = { readonly name: string; readonly type: string; readonly shape?: readonly (string | number)[] }

/** What a file says of itself; nothing is run. */
export type InspectedFile =
  | {
      readonly kind: 'onnx'
      readonly sizeBytes: number
      readonly irVersion: number
      readonly opsets: OnnxModel['opsets']
      readonly producer: string
      readonly inputs: readonly Described[]
      readonly outputs: readonly Described[]
      readonly operators: readonly { readonly name: string; readonly count: number }[]
      /** Files with weights beside it. */
      readonly externalFiles: readonly string[]
    }
  | {
      readonly kind: 'package'
      readonly package: ModelPackage
      readonly packageDigest: Digest
      readonly graph: {
        readonly sizeBytes: number
        readonly irVersion: number
        readonly opsets: OnnxModel['opsets']
      }
      readonly files: readonly { readonly name: string; readonly sizeBytes: number; readonly digest: Digest }[]
      /** Of a package archive. */
      readonly archive?: ArchiveRecord
    }

/**
 * Looks into a package archive, a model package or an ONNX file.
 *
 * @throws RegiaError `MODEL_INVALID` for what is none of them, or damaged.
 */
export function inspectFile(bytes: Uint8Array): InspectedFile {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b
  if (!isZip) return inspectOnnx(bytes)
  if (!isArchive(bytes)) return inspectPackage(bytes, readModelPackage(bytes).files)
  const { record, files, packageBytes } = readPackageArchive(bytes)
  return { ...inspectPackage(packageBytes, files), archive: record }
}

function inspectPackage(packageBytes: Uint8Array, files: ReadonlyMap<string, Uint8Array>) {
  const { manifest, graph } = readModelPackage(packageBytes)
  const { irVersion, opsets } = decodeModel(graph)
  return {
    kind: 'package' as const,
    package: manifest,
    packageDigest: hashBytes(packageBytes),
    graph: { sizeBytes: graph.byteLength, irVersion, opsets },
    files: [...files].map(([name, content]) => ({
      name,
      sizeBytes: content.byteLength,
      digest: hashBytes(content),
    })),
  }
}

function inspectOnnx(bytes: Uint8Array): InspectedFile {
  const model = decodeModel(bytes, { readExternal: () => new Uint8Array() })
  const { graph, producerName, producerVersion, irVersion, opsets } = model
  const initial = new Set(graph.initializers.map(({ name }) => name))
  const counts = Map.groupBy(graph.nodes, ({ domain, opType }) => (domain === '' ? opType : `${domain}.${opType}`))
  return {
    kind: 'onnx',
    sizeBytes: bytes.byteLength,
    ...{ irVersion, opsets, producer: `${producerName} ${producerVersion}`.trim() },
    inputs: graph.inputs.filter(({ name }) => !initial.has(name)).map(described),
    outputs: graph.outputs.map(described),
    operators: [...counts].map(([name, nodes]) => ({ name, count: nodes.length })),
    externalFiles: externalLocations(bytes),
  }
}

const described = ({ name, type }: OnnxValueInfo): Described =>
  type.kind === 'tensor'
    ? { name, type: type.elementType, ...(type.shape && { shape: type.shape.map((size) => size ?? '?') }) }
    : { name, type: 'no tensor' }
