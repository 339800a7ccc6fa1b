import { setImmediate } from 'node:timers/promises'
import { type Digest, type ErrorBody, type ModelPackage, RegiaError, toIso } from '@regia/core'
import { encodeJson } from '../../database/json-text.ts'
import type { ModelDeps } from '../model-deps.ts'
import { type VersionRow, versionsOf } from '../read-versions.ts'
import { locateFiles, type SourceStores } from './locate-files.ts'
import { type PackageFilesDeps, packageFiles } from './package-files.ts'

export type PackagerDeps = Pick<ModelDeps, 'database' | 'events' | 'clock' | 'readPackage'> &
  SourceStores &
  PackageFilesDeps & {
    /** For what fails while nobody waits. */
    readonly onError: (error: unknown) => void
  }

/** Versions that are looked up together. */
const AT_ONCE = 100

type Packaged = { readonly digest: Digest; readonly manifest: ModelPackage }

/** Packages versions whose files came from elsewhere, one at a time, the oldest first. What is pending at a stop goes on after the next start. */
export class Packager {
  readonly #deps: PackagerDeps
  readonly #stopped = new AbortController()
  #working: Promise<void> | undefined
  #isWoken = false

  constructor(deps: PackagerDeps) {
    this.#deps = deps
  }

  /** Says that there may be something to package; answers at once. */
  wake(): void {
    this.#isWoken = true
    if (this.#stopped.signal.aborted) return
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
      // Woken between the last look and the end.
      if (this.#isWoken) this.wake()
    })
  }

  /** When nothing is pending any more. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the server stops'))
    await this.#working
  }

  /** One pass over what is pending. What fails for no fault of the model's stays pending until it is asked for again, or the next start. */
  async #work(): Promise<void> {
    this.#isWoken = false
    let rows: readonly VersionRow[] = []
    do {
      rows = (await this.#after(rows.at(-1)).catch(this.#deps.onError)) ?? []
      for (const row of rows) {
        if (this.#stopped.signal.aborted) return
        await this.#settle(row).catch((error: unknown) => this.#stopped.signal.aborted || this.#deps.onError(error))
        // A refusal may wait for nothing at all, and thousands of them would keep everybody else waiting.
        await setImmediate()
      }
    } while (rows.length > 0 && !this.#stopped.signal.aborted)
  }

  async #after(last: VersionRow | undefined): Promise<readonly VersionRow[]> {
    return this.#deps.database
      .selectFrom('model_version')
      .innerJoin('model', 'model.name', 'model_version.model')
      .selectAll('model_version')
      .where('model_version.packaging', '=', 'pending')
      .where('model_version.deleted_at', 'is', null)
      .where('model.deleted_at', 'is', null)
      .$if(last !== undefined, (select) =>
        select.where(
          ({ refTuple }) => refTuple('model_version.created_at', 'model_version.version', 'model_version.model'),
          '>',
          ({ tuple }) => tuple(last?.created_at ?? '', last?.version ?? 0, last?.model ?? ''),
        ),
      )
      .orderBy('model_version.created_at')
      .orderBy('model_version.version')
      .orderBy('model_version.model')
      .limit(AT_ONCE)
      .execute()
  }

  async #settle(row: VersionRow): Promise<void> {
    try {
      const { digest, manifest } = await this.#package(row)
      const packed = { package_digest: digest, package: encodeJson(manifest), packaging_reason: null }
      await this.#write(row, { packaging: 'packaged', ...packed, packaging_hint: null })
    } catch (error) {
      if (this.#stopped.signal.aborted || !(error instanceof RegiaError) || !REFUSALS.has(error.code)) throw error
      await this.#write(row, {
        packaging: 'refused',
        packaging_reason: asReason(error.message),
        packaging_hint: error.hint ?? null,
      })
    }
    this.#deps.events.publish('model', row.model)
  }

  async #package(row: VersionRow): Promise<Packaged> {
    const [version] = await versionsOf(this.#deps.database, [row])
    if (!version) throw new Error('unreachable: the row is there')
    const located = await locateFiles(this.#deps, version)
    if (located.kind === 'version') {
      return { digest: located.version.packageDigest, manifest: located.version.package }
    }
    const digest = await packageFiles(this.#deps, located, this.#stopped.signal)
    return { digest, manifest: await this.#deps.readPackage(digest) }
  }

  /** Of one that is still pending; a version that went or was packaged meanwhile stays as it is. */
  async #write({ model, version }: VersionRow, change: Partial<VersionRow>): Promise<void> {
    await this.#deps.database
      .updateTable('model_version')
      .set({ ...change, updated_at: toIso(this.#deps.clock()) })
      .where('model', '=', model)
      .where('version', '=', version)
      .where('packaging', '=', 'pending')
      .execute()
  }
}

/** Faults of the model; all others are the machine's. */
const REFUSALS: ReadonlySet<ErrorBody['code']> = new Set([
  'MODEL_INVALID',
  'COLUMN_MISSING',
  'COLUMN_TYPE',
  'DATA_EMPTY',
  'INVALID_INPUT',
  'BLOB_MISSING',
  'BLOB_CORRUPT',
  'NOT_FOUND',
])

/** It follows a colon. */
const asReason = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1)
