import { DEFINITION } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import { z } from 'zod'
import type { KindPlace } from './kind-place.ts'

/** A kind of blob store that a project brings. */
export type StoreKind = {
  readonly [DEFINITION]: 'store-kind'
  readonly settings: z.ZodType
  readonly open: (settings: unknown, place: StorePlace) => BlobStore | Promise<BlobStore>
}

/** Where a store works, with the store of a folder to build upon. */
export type StorePlace = KindPlace & { readonly folder: (path: string) => BlobStore }

/**
 * A kind of blob store of the project's own. `regia.config.ts` names its module under `kinds.stores`, and a stack chooses it:
 * `blobs: { kind: 'vault', settings: { … } }`. The server process that runs in this project opens it once.
 *
 * @param kind - `settings` is the schema of what a stack gives it; `open` makes the store, which must keep what {@link BlobStore} promises:
 *   content is written whole or not at all, and verified when it is read.
 * @example
 * export default defineStore({
 *   settings: z.object({ folder: z.string() }),
 *   open: ({ folder: path }, { projectDir, folder }) => ({ ...folder(join(projectDir, path)), delete: async () => false }),
 * })
 */
export function defineStore<Schema extends z.ZodType = z.ZodObject<Record<never, never>>>(kind: {
  readonly settings?: Schema
  readonly open: (settings: z.output<Schema>, place: StorePlace) => BlobStore | Promise<BlobStore>
}): StoreKind {
  // The loader parses the settings by this very schema before it calls, so they have the type that the schema promises.
  return { [DEFINITION]: 'store-kind', settings: kind.settings ?? z.object({}), open: kind.open as StoreKind['open'] }
}
