import { type Artifact, canonicalJson, type Digest } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import { type ArtifactName, fileOf, findArtifact } from './find-artifact.ts'
import { contentTypeOf, endingFor, endingOf, isPassive, isShown, mediaTypeOf } from './media-types.ts'

/** Bytes of an artifact and how they are to be named. */
export type Content = {
  readonly digest: Digest
  readonly mediaType: string
  readonly fileName: string
  readonly sizeBytes: number
  /** In memory, for JSON that stands in the database, or a verified file on this machine. */
  readonly source: { readonly bytes: Uint8Array } | { readonly path: string }
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
  return { digest, mediaType, sizeBytes, fileName: fileNameOf(title, mediaType), source: { path } }
}

function inlineContent({ digest, value }: Artifact, mediaType: string, title: string): Content {
  const bytes = Buffer.from(canonicalJson(value ?? null))
  return { digest, mediaType, sizeBytes: bytes.length, fileName: fileNameOf(title, mediaType), source: { bytes } }
}

const fileNameOf = (title: string, mediaType: string): string =>
  endingOf(title) === '' ? `${title}${endingFor(mediaType)}` : title

/** Nothing that a step made may act in the name of the control room: no scripts, no requests, no forms. */
const SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** What a browser is told about a content beside its length. */
export function headersOf({ digest, mediaType, fileName }: Content): Readonly<Record<string, string>> {
  return {
    'content-type': contentTypeOf(mediaType),
    'content-disposition': `${isShown(mediaType) ? 'inline' : 'attachment'}; ${fileNameParams(fileName)}`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
    ...(!isPassive(mediaType) && { 'content-security-policy': SANDBOX }),
  }
}

const MAX_NAME_LENGTH = 150

/** A name without anything that means something to a header, a shell or a file system; beside it, encoded, the letters of other scripts. */
function fileNameParams(name: string): string {
  const safe = name
    .replace(/[\p{Cc}\p{Cf}/\\:*?"<>|%;]/gu, '_')
    .replace(/^\.+/, '')
    .slice(-MAX_NAME_LENGTH)
  const plain = safe.replace(/[^\w.-]/g, '_') || 'artifact'
  if (plain === safe) return `filename="${plain}"`
  const encoded = encodeURIComponent(safe.toWellFormed()).replace(
    /['()]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `filename="${plain}"; filename*=UTF-8''${encoded}`
}
