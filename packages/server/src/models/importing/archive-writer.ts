import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { archiveRecordOf, type ModelCard, type ModelVersion, servable } from '@regia/core'
import { type BlobStore, packageInChild } from '@regia/engine'

export type ArchiveWriterDeps = {
  readonly blobs: Pick<BlobStore, 'localPath'>
  /** In the home's own file system. */
  readonly tempDir: string
  readonly getVersion: (model: string, version: number | string) => Promise<ModelVersion>
  readonly getCard: (model: string, version: number | string) => Promise<ModelCard>
}

/** A file that is there until it is released. */
export type WrittenArchive = { readonly path: string; readonly name: string; readonly release: () => Promise<void> }

/** Writes versions as package archives, each in a process of its own: packing a large graph takes seconds, in which this one has to answer. */
export class ArchiveWriter {
  readonly #deps: ArchiveWriterDeps
  readonly #stopped = new AbortController()

  constructor(deps: ArchiveWriterDeps) {
    this.#deps = deps
  }

  /** @throws RegiaError `NOT_FOUND`, `CONFLICT` while it is packaged, `MODEL_INVALID` where that was refused. */
  async write(model: string, which: number | string): Promise<WrittenArchive> {
    const { blobs, tempDir, getVersion, getCard } = this.#deps
    const version = servable(await getVersion(model, which))
    const { text } = await getCard(model, version.version)
    const outputPath = join(tempDir, `archive-${randomUUID()}.zip`)
    const release = () => rm(outputPath, { force: true })
    await mkdir(tempDir, { recursive: true })
    try {
      const path = await blobs.localPath(version.packageDigest)
      const request = { kind: 'archive' as const, path, record: archiveRecordOf(version, text), outputPath }
      await packageInChild(request, { signal: this.#stopped.signal })
      return { path: outputPath, name: `${model.replace(/[^\w.-]+/g, '-')}-${version.version}.zip`, release }
    } catch (error) {
      await release()
      throw error
    }
  }

  stop(): void {
    this.#stopped.abort(new Error('the server stops'))
  }
}
