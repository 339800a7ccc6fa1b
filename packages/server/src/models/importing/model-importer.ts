import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { type Digest, type importModelSchema, lineageFromArchive, type ModelVersion, RegiaError } from '@regia/core'
import {
  type BlobStore,
  type ForeignModel,
  type PackagedModel,
  packageInChild,
  packageUpstream,
  type ReadSecret,
} from '@regia/engine'
import type { z } from 'zod'
import type { RegisterModel } from '../register-package.ts'

export type ModelImporterDeps = {
  readonly blobs: Pick<BlobStore, 'localPath' | 'put' | 'putFile' | 'renew'>
  /** In the home's own file system. */
  readonly tempDir: string
  readonly register: (input: RegisterModel) => Promise<{ readonly version: number }>
  readonly getVersion: (model: string, version: number) => Promise<ModelVersion>
  /** Finds what other servers demand. */
  readonly readSecret: ReadSecret
}

export type ImportRequest = z.output<typeof importModelSchema>

/** Makes versions of models that came as files: each is packaged in a process of its own while its sender waits. */
export class ModelImporter {
  readonly #deps: ModelImporterDeps
  readonly #stopped = new AbortController()
  #last: Promise<void> = Promise.resolve()

  constructor(deps: ModelImporterDeps) {
    this.#deps = deps
  }

  /** @throws RegiaError `MODEL_INVALID` for what cannot be served, with the way out; `BLOB_MISSING` for a file that was not sent. */
  async import(model: string, request: ImportRequest, by: string): Promise<ModelVersion> {
    const { packageDigest, record } = await this.#inTurn(() => this.#package(request))
    const { version } = await this.#deps.register({
      ...{ model, packageDigest, by },
      alias: request.alias ?? 'challenger',
      reason: request.reason ?? 'Imported.',
      report: record?.report,
      lineage: record ? lineageFromArchive(record) : { datasets: [], params: {}, artifacts: {} },
      description: request.description ?? record?.description ?? '',
      tags: { ...record?.tags, ...request.tags },
      ...(record && { card: record.card }),
    })
    return this.#deps.getVersion(model, version)
  }

  /** One at a time: each may take gigabytes. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work)
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn.catch(asSentence)
  }

  stop(): void {
    this.#stopped.abort(new RegiaError('UNAVAILABLE', 'The server stops.', { hint: 'Import the model again.' }))
  }

  async #package(request: ImportRequest): Promise<PackagedModel & { readonly packageDigest: Digest }> {
    const { tempDir, blobs, readSecret } = this.#deps
    const outputPath = join(tempDir, `import-${randomUUID()}.zip`)
    await mkdir(tempDir, { recursive: true })
    try {
      const { upstream, signature, example } = request
      if (upstream) {
        const said = { ...(signature && { said: signature }), ...(example && { example }) }
        const bytes = await packageUpstream({ ...upstream, ...said }, readSecret)
        return { packageDigest: (await blobs.put(bytes)).digest }
      }
      const source = foreignModel(await this.#pathsOf(request.files), request)
      const packaged = await packageInChild({ ...source, outputPath }, { signal: this.#stopped.signal })
      return { ...packaged, packageDigest: (await blobs.putFile(outputPath, { move: true })).digest }
    } finally {
      await rm(outputPath, { force: true })
    }
  }

  async #pathsOf(files: ImportRequest['files']): Promise<Record<string, string>> {
    const paths: Record<string, string> = {}
    for (const [path, digest] of Object.entries(files)) {
      if (!(await this.#deps.blobs.renew(digest))) throw notSent(path, digest)
      paths[path] = await this.#deps.blobs.localPath(digest)
    }
    return paths
  }
}

const MLMODEL = 'MLmodel'

/** One zip is a package. A folder with an MLmodel is MLflow's, also where that folder lies in the one that was sent. */
function foreignModel(files: Record<string, string>, { signature, example }: ImportRequest): ForeignModel {
  const isSaid = signature !== undefined || example !== undefined
  const [first, another] = Object.entries(files)
  if (first && !another && first[0].toLowerCase().endsWith('.zip')) {
    if (isSaid) throw saysItself('A package')
    return { kind: 'package', path: first[1] }
  }
  const root = Object.keys(files).find((path) => posix.basename(path) === MLMODEL)
  if (root === undefined) return { kind: 'onnx', files, signature, example }
  if (isSaid) throw saysItself('A folder with an MLmodel')
  const folder = root.slice(0, root.length - MLMODEL.length)
  const inside = Object.entries(files).filter(([path]) => path.startsWith(folder))
  return { kind: 'mlflow', files: Object.fromEntries(inside.map(([path, file]) => [path.slice(folder.length), file])) }
}

const saysItself = (what: string): RegiaError =>
  new RegiaError(
    'INVALID_INPUT',
    `${what} says itself what it takes and gives; "signature" and "example" are of ONNX files.`,
    {
      where: 'signature',
      hint: 'Leave them out, or import the .onnx file in it.',
    },
  )

const notSent = (path: string, digest: Digest): RegiaError =>
  new RegiaError('BLOB_MISSING', `The file "${path}" was not sent: there is no blob ${digest}.`, {
    where: `files.${path}`,
    hint: 'Send each file with POST /api/v1/blobs and name the digest that it answers.',
  })

/** Reasons of the packager follow a colon. */
function asSentence(error: unknown): never {
  if (!(error instanceof RegiaError) || !/^[a-z]/.test(error.message)) throw error
  const { code, hint, where, data } = error
  const details = { ...(hint !== undefined && { hint }), ...(where !== undefined && { where }), ...(data && { data }) }
  throw new RegiaError(code, `The model cannot be imported: ${error.message}`, { ...details, cause: error })
}
