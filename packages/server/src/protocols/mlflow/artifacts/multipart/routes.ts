import type { FastifyRequest } from 'fastify'
import type { App } from '../../../../http/app.ts'
import { addUploadScope, bodyBytes } from '../../../../http/upload-scope.ts'
import {
  decodeInt64,
  type Endpoint,
  endpoint,
  int64,
  invalidType,
  type JsonRecord,
  records,
  replyWithMlflowError,
  required,
  text,
  textOf,
  UNREADABLE,
} from '../../wire/index.ts'
import { authorityOf, originOf } from '../origin.ts'
import { joinPath, safeFile, safeFolder } from '../safe-path.ts'
import type { MultipartUploads, SentPart } from './multipart-uploads.ts'

const PARTS = '/api/2.0/mlflow-artifacts/mpu/parts'

/** A folder stands in the address; `path` is the file as the client knows it, of which the name counts. */
const folder = { '*': text(), path: required(text()) }

/** Beginning, ending and giving up an upload in parts. */
export const multipartEndpoints = (uploads: MultipartUploads): readonly Endpoint[] => [
  endpoint({
    verb: 'POST',
    path: '/mlflow-artifacts/mpu/create/*',
    fields: { ...folder, num_parts: int64() },
    handle: async ({ '*': into, path, num_parts = 1 }, request) => {
      const id = await uploads.create(targetOf(into, path), num_parts)
      return { upload_id: id, credentials: credentials(id, num_parts, request) }
    },
  }),
  endpoint({
    verb: 'POST',
    path: '/mlflow-artifacts/mpu/complete/*',
    fields: { ...folder, upload_id: required(text()), parts: required(records(readPart)) },
    handle: async ({ '*': into, path, upload_id, parts }) => {
      await uploads.complete(upload_id, targetOf(into, path), parts)
      return {}
    },
  }),
  endpoint({
    verb: 'POST',
    path: '/mlflow-artifacts/mpu/abort/*',
    fields: { ...folder, upload_id: required(text()) },
    handle: async ({ '*': into, path, upload_id }) => {
      targetOf(into, path)
      await uploads.abort(upload_id)
      return {}
    },
  }),
]

/** Where parts are sent: to this server, as one sends them to a bucket elsewhere. */
export function addPartRoute(app: App, uploads: MultipartUploads, maxBytes: number): void {
  addUploadScope(app, (scope) => {
    scope.setErrorHandler(replyWithMlflowError)
    scope.put<{ Params: { id: string; number: string } }>(
      `${PARTS}/:id/:number`,
      { schema: { hide: true } },
      async (request, reply) => {
        const { id, number } = request.params
        const etag = await uploads.putPart(id, Number(number), bodyBytes(request, maxBytes))
        return reply.header('etag', etag).send({})
      },
    )
  })
}

/** What the client writes each part to. It sends the headers that it is told and none of its own, so its right to write goes along. */
const credentials = (id: string, partCount: number, request: FastifyRequest) =>
  Array.from({ length: partCount }, (_, i) => ({
    url: `${originOf(request)}${PARTS}/${id}/${i + 1}`,
    part_number: i + 1,
    headers: authorityOf(request),
  }))

/** A client of another system writes `\` between the parts of its own path. */
function targetOf(into: string | undefined, path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? ''
  return joinPath(safeFolder(into?.replace(/\/$/, '')), safeFile(name))
}

function readPart(item: JsonRecord, path: string): SentPart {
  const number = decodeInt64(item.part_number)
  if (number === UNREADABLE) throw invalidType(`${path}.part_number`, item.part_number)
  return { number, etag: textOf(item, 'etag', path) }
}
