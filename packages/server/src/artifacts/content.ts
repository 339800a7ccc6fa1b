import { createReadStream } from 'node:fs'
import { type Artifact, canonicalJson, type Digest } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import type { ContentDescription } from '../http/content-headers.ts'
import { endingFor, endingOf } from '../http/media-types.ts'
import type { SentContent } from '../http/send-content.ts'
import { type ArtifactName, fileOf, findArtifact } from './find-artifact.ts'
import { mediaTypeOf } from './media-types.ts'

/** Bytes of an artifact and how they are to be named. */
export type Content = ContentDescription & {
  readonly sizeBytes: number
  readonly open: SentContent['open']
}

type Sources = Parameters<typeof findArtifact>[0] & { readonly blobs: BlobStore }
export type ContentQuery = ArtifactName & { readonly path?: string | undefined }

/**
 * The bytes behind an output, an element of a list or a file of a folder.
 *
 * @throws RegiaError `NOT_FOUND`, `INVALID_INPUT`, `BLOB_MISSING`, `BLOB_CORRUPT`.
 */
export async function findContent(sources: Sources, query: ContentQuery): Promise<Content> {
  const artifact = await findArtifact(sources, query)
  const { blobs } = sources
  if (query.path !== undefined) {
    const { digest, path } = await fileOf(blobs, artifact, query, query.path)
    return blobContent(blobs, digest, mediaTypeOf('file', undefined, path), path.split('/').at(-1) ?? path)
  }
  const mediaType = mediaTypeOf(artifact.kind, artifact.mediaType, undefined)
  const title = query.index === undefined ? query.output : `${query.output}-${query.index}`
  if (artifact.kind === 'value' || artifact.kind === 'report') return inlineContent(artifact, mediaType, title)
  return blobContent(blobs, artifact.digest, mediaType, title)
}

async function blobContent(blobs: BlobStore, digest: Digest, mediaType: string, title: string): Promise<Content> {
  const path = await blobs.localPath(digest)
  const sizeBytes = await blobs.sizeOf(digest)
  const open: Content['open'] = (range) => createReadStream(path, range && { start: range.first, end: range.last })
  return { digest, mediaType, sizeBytes, fileName: fileNameOf(title, mediaType), open }
}

function inlineContent({ digest, value }: Artifact, mediaType: string, title: string): Content {
  const bytes = Buffer.from(canonicalJson(value ?? null))
  const open: Content['open'] = (range) => (range ? bytes.subarray(range.first, range.last + 1) : bytes)
  return { digest, mediaType, sizeBytes: bytes.length, fileName: fileNameOf(title, mediaType), open }
}

const fileNameOf = (title: string, mediaType: string): string =>
  endingOf(title) === '' ? `${title}${endingFor(mediaType)}` : title
