import { digestSchema } from '@regia/core'
import type { BlobStore, ListedBlob } from '@regia/engine'
import { digestsIn } from './needed-digests.ts'

/** How a blob begins that lists others: the files of a folder, the elements of a list. What a user's own file lists is kept too, if it begins like this. */
const BEGINNINGS = ['{"files":', '{"items":']
const BEGINNING_LENGTH = 9

/** What blobs list. Content never changes, so that each is looked at once in the life of a process. */
export class Manifests {
  readonly #blobs: BlobStore
  readonly #known = new Map<string, readonly string[]>()

  constructor(blobs: BlobStore) {
    this.#blobs = blobs
  }

  /** Adds what needed blobs list, and what that lists, to the needed. */
  async addListed(needed: Set<string>, stored: ReadonlyMap<string, ListedBlob>): Promise<void> {
    const open = [...needed]
    for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
      if (!stored.has(digest)) continue
      for (const listed of await this.#listedBy(digest)) {
        if (needed.has(listed)) continue
        needed.add(listed)
        open.push(listed)
      }
    }
  }

  async #listedBy(name: string): Promise<readonly string[]> {
    const known = this.#known.get(name)
    if (known) return known
    const listed = (await this.#isManifest(name)) ? await this.#read(name) : []
    this.#known.set(name, listed)
    return listed
  }

  async #isManifest(name: string): Promise<boolean> {
    const beginning = await this.#blobs.peek(digestSchema.parse(name), BEGINNING_LENGTH)
    return BEGINNINGS.includes(new TextDecoder().decode(beginning))
  }

  /** Piece by piece: a user's own file that begins like a manifest may be larger than memory. */
  async #read(name: string): Promise<readonly string[]> {
    const listed = new Set<string>()
    let end = ''
    for await (const piece of await this.#blobs.stream(digestSchema.parse(name))) {
      const text = end + Buffer.from(piece).toString('latin1')
      for (const digest of digestsIn(text)) listed.add(digest)
      // One that two pieces share is seen whole with the second.
      end = text.slice(1 - DIGEST_LENGTH)
    }
    return [...listed]
  }
}

const DIGEST_LENGTH = 'sha256:'.length + 64
