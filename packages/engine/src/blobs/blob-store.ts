import type { Readable } from 'node:stream'
import type { Digest } from '@regia/core'

/** What a store answers about content that it holds. */
export type BlobInfo = { readonly digest: Digest; readonly sizeBytes: number }

/** Bytes `first` to `last`, both included. */
export type BlobRange = { readonly first: number; readonly last: number }

/** `keptAt`: milliseconds since 1970 when the content was last put, to within some minutes. */
export type ListedBlob = BlobInfo & { readonly keptAt: number }

/**
 * Content by its digest: written once, never changed, verified on read.
 * Every implementation passes the same suite (`blob-store.test.ts`).
 */
export interface BlobStore {
  /** Keeps some bytes; durable when it answers. Content that is there already is not written again. */
  put(bytes: Uint8Array): Promise<BlobInfo>
  /** Keeps a file's content without holding it in memory. With `move` the file is gone afterwards. @throws RegiaError `DATA_UNREADABLE`. */
  putFile(path: string, options?: { readonly move?: boolean }): Promise<BlobInfo>
  /** Keeps what a stream brings, holding a piece of it at a time; one that fails leaves nothing. Throws what the stream throws. */
  putStream(bytes: AsyncIterable<Uint8Array>): Promise<BlobInfo>
  has(digest: Digest): Promise<boolean>
  /** Whether it is there; if so it stays for the next hour, as if it had just been put. For who is about to refer to it. */
  renew(digest: Digest): Promise<boolean>
  /** @throws RegiaError `BLOB_MISSING`, `BLOB_CORRUPT`. */
  sizeOf(digest: Digest): Promise<number>
  /** All the bytes, verified. @throws RegiaError `BLOB_MISSING`, `BLOB_CORRUPT`. */
  read(digest: Digest): Promise<Uint8Array>
  /** The first bytes, not verified: enough to see what something is. @throws RegiaError `BLOB_MISSING`. */
  peek(digest: Digest, byteCount: number): Promise<Uint8Array>
  /**
   * The bytes, or those from `first` to `last`, piece by piece; verified: where they are damaged the stream fails before its last byte.
   *
   * @throws RegiaError `BLOB_MISSING`, `BLOB_CORRUPT`.
   */
  stream(digest: Digest, range?: BlobRange): Promise<Readable>
  /** A read-only file on this machine with the content, verified. @throws RegiaError `BLOB_MISSING`, `BLOB_CORRUPT`. */
  localPath(digest: Digest): Promise<string>
  /** Everything that is held, in no order; what comes or goes meanwhile may be left out. */
  list(): AsyncIterable<ListedBlob>
  /**
   * Takes content away, unless it was put (again) since the given time, which should lie an hour back: who has just put something will need it.
   * A `put` beside it either saves the content from this or keeps it anew. Says whether it is gone.
   */
  delete(digest: Digest, unlessPutSince: number): Promise<boolean>
}
