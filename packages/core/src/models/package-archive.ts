import { z } from 'zod'
import { digestSchema, timestampSchema } from '../kernel/index.ts'
import { type Lineage, lineageSchema, type ModelVersion, modelNameSchema, modelPackageSchema } from './model.ts'
import { type CardText, cardTextSchema } from './registry.ts'

/** What the registry knows of a version beside its package; equal wherever the version goes. */
export type ArchiveRecord = {
  readonly model: string
  readonly version: number
  readonly registeredAt: string
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
  readonly card: CardText
  readonly report?: ModelVersion['report']
  readonly lineage: Omit<Lineage, 'origin'>
}

/**
 * `manifest.json` of a package archive: the one zip in which a version leaves a home. It holds the graph, what it was made of and how well it does, as files
 * that others can read; its bytes are the same wherever they are written.
 */
export const packageArchiveSchema = z.strictObject({
  format: z.literal('regia-package/1'),
  /** Digest of this manifest as canonical JSON without this field. */
  digest: digestSchema,
  model: modelNameSchema,
  version: z.number().int().positive(),
  /** When it first became a version, wherever that was. */
  registeredAt: timestampSchema,
  description: z.string(),
  tags: z.record(z.string(), z.string()),
  card: cardTextSchema,
  /** Versions of the operator sets by domain, and of the format. */
  opsets: z.record(z.string(), z.number().int()),
  irVersion: z.number().int(),
  producer: z.string(),
  /** The manifest of the model package, as it is in the registry, and the digest by which homes know it. */
  package: z.looseObject(modelPackageSchema.shape),
  packageDigest: digestSchema,
  /** Every other file. */
  files: z.record(z.string(), z.object({ digest: digestSchema, sizeBytes: z.number().int() })),
})
export type PackageArchiveManifest = z.infer<typeof packageArchiveSchema>

/** The record of a version; of one that came in an archive, as it was where it was made. */
export function archiveRecordOf(version: ModelVersion, card: CardText): ArchiveRecord {
  const { origin, ...own } = version.lineage
  const {
    model,
    version: number,
    registeredAt,
    lineage,
  } = origin ?? {
    model: version.model,
    version: version.version,
    registeredAt: version.createdAt,
    lineage: own,
  }
  return {
    ...{ model, version: number, registeredAt, lineage, card },
    description: version.description,
    tags: version.tags,
    ...(version.report && { report: version.report }),
  }
}

/** The lineage of a version that comes in an archive: its runs and datasets are another home's, so they stand under its origin. */
export const lineageFromArchive = ({ model, version, registeredAt, lineage }: ArchiveRecord): Lineage =>
  lineageSchema.parse({ datasets: [], params: {}, artifacts: {}, origin: { model, version, registeredAt, lineage } })
