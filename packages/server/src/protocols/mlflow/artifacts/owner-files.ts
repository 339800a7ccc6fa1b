import type { ArtifactTree, LoggedModels, Registry, Runs } from '@regia/core'
import { artifactFolderOf } from '@regia/core'
import type { FastifyRequest } from 'fastify'
import type { App } from '../../../http/app.ts'
import { addUploadScope, bodyBytes } from '../../../http/upload-scope.ts'
import {
  doesNotExist,
  type Endpoint,
  endpoint,
  identifier,
  invalidParameter,
  isRecord,
  MlflowError,
  rephrase,
  replyWithMlflowError,
  required,
  text,
} from '../wire/index.ts'
import { listWire, requireFolder, sendFile } from './file-access.ts'
import { joinPath, safeFile, safeFolder } from './safe-path.ts'

export type OwnerFilesDeps = {
  readonly tree: ArtifactTree
  readonly runs: Pick<Runs, 'get'>
  readonly loggedModels: Pick<LoggedModels, 'get'>
  readonly registry: Pick<Registry, 'getVersion'>
}

/** As large as the protocol's own limit for what a page sends. */
const MAX_PAGE_BYTES = 10 * 1024 * 1024

/** Files and folders of runs and of logged models; names begin at the owner. */
export const ownerListings = (deps: OwnerFilesDeps): readonly Endpoint[] => [
  endpoint({
    verb: 'GET',
    path: '/mlflow/artifacts/list',
    fields: { run_id: required(identifier()), path: text(), page_token: text() },
    handle: async ({ run_id, path }) => {
      const folder = safeFolder(path)
      return listOwned(deps.tree, (await getRun(deps, run_id)).artifactUri, folder)
    },
  }),
  endpoint({
    verb: 'GET',
    path: '/mlflow/logged-models/:model_id/artifacts/directories',
    fields: { model_id: required(text()), artifact_directory_path: text() },
    handle: async ({ model_id, artifact_directory_path }) => {
      const folder = safeFolder(artifact_directory_path)
      return listOwned(deps.tree, (await getModel(deps, model_id)).artifactUri, folder)
    },
  }),
]

async function listOwned(tree: ArtifactTree, uri: string, folder: string): Promise<object> {
  const root = artifactFolderOf(uri)
  return { root_uri: uri, files: root === undefined ? undefined : await listWire(tree, joinPath(root, folder), root) }
}

/** A file of a run, a logged model or a version, by query; and a small one that a page sends. */
export function addOwnerFiles(app: App, deps: OwnerFilesDeps): void {
  const { tree } = deps
  const options = { schema: { hide: true } }
  addUploadScope(app, (scope) => {
    scope.setErrorHandler(replyWithMlflowError)
    scope.get('/get-artifact', options, async (request, reply) => {
      const path = safeFile(queryText(request, 'path'))
      const run = await getRun(deps, queryText(request, 'run_id', 'run_uuid'))
      return sendFile(tree, requireFolder(run.artifactUri, path), path, request, reply)
    })
    scope.get('/model-versions/get-artifact', options, async (request, reply) => {
      const path = safeFile(queryText(request, 'path'))
      const uri = await versionFolder(deps, queryText(request, 'name'), queryText(request, 'version'))
      return sendFile(tree, requireFolder(uri, path), path, request, reply)
    })
    scope.get('/ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files', options, async (request, reply) => {
      const asked = findText(request.query, 'artifact_file_path')
      if (asked === undefined)
        throw new MlflowError('BAD_REQUEST', 'Request must include the "artifact_file_path" query parameter.')
      const path = safeFile(asked)
      const model = await getModel(deps, findText(request.params, 'model_id') ?? '')
      return sendFile(tree, requireFolder(model.artifactUri, path), path, request, reply)
    })
    scope.post('/ajax-api/2.0/mlflow/upload-artifact', options, async (request, reply) => {
      const runId = queryText(request, 'run_uuid')
      const path = safeFile(queryText(request, 'path'))
      const bytes = await smallBody(request)
      const run = await getRun(deps, runId)
      await tree.put(requireFolder(run.artifactUri, path), onePiece(bytes))
      return reply.type('application/json').send('')
    })
  })
}

async function smallBody(request: FastifyRequest): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let count = 0
  for await (const piece of bodyBytes(request, Number.POSITIVE_INFINITY)) {
    count += piece.byteLength
    if (count > MAX_PAGE_BYTES) throw invalidParameter('Artifact size is too large. Max size is 10MB.')
    pieces.push(piece)
  }
  if (count === 0) throw invalidParameter('Request must specify data.')
  return Buffer.concat(pieces)
}

async function* onePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

const getRun = ({ runs }: OwnerFilesDeps, id: string) =>
  rephrase(runs.get(id), { NOT_FOUND: () => doesNotExist(`Run with id=${id} not found`) })

const getModel = ({ loggedModels }: OwnerFilesDeps, id: string) =>
  rephrase(loggedModels.get(id), { NOT_FOUND: () => doesNotExist(`Logged model with ID '${id}' not found.`) })

async function versionFolder({ registry }: OwnerFilesDeps, name: string, version: string): Promise<string> {
  const absent = () => doesNotExist(`Model Version (name=${name}, version=${version}) not found`)
  if (!/^\d{1,15}$/.test(version)) throw absent()
  const found = await rephrase(registry.getVersion(name, Number(version)), { NOT_FOUND: absent })
  const uri = found.location ?? found.source
  if (uri === undefined) throw doesNotExist(`Model Version (name=${name}, version=${version}) has no artifacts`)
  return uri
}

/** @throws MlflowError where none of the names is in the query. */
function queryText({ query }: FastifyRequest, ...names: readonly string[]): string {
  const found = names.map((name) => findText(query, name)).find((value) => value !== undefined)
  if (found === undefined) throw invalidParameter(`Request must specify ${names[0]}.`)
  return found
}

function findText(values: unknown, name: string): string | undefined {
  const value = isRecord(values) ? [values[name]].flat()[0] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}
