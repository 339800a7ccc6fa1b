import {
  type ArtifactTree,
  artifactFileSchema,
  type LoggedModels,
  type ModelVersion,
  RegiaError,
  type Registry,
  type Runs,
  rowSchema,
  trackedRunIdSchema,
} from '@regia/core'
import { z } from 'zod'
import type { App } from '../../http/app.ts'
import { contentHeaders } from '../../http/content-headers.ts'
import { typeOfName } from '../../http/media-types.ts'
import { listReplySchema, offsetOf, pageQuerySchema, pageReplySchema } from '../../http/paging.ts'
import { sendContent } from '../../http/send-content.ts'
import { addUploadScope, bodyBytes } from '../../http/upload-scope.ts'
import { type FileOwner, listFiles, placeOf, toArtifactFile } from './owned-files.ts'
import { type PreviewDeps, previewRows } from './preview-rows.ts'

export type LoggedFileDeps = PreviewDeps & {
  readonly tree: ArtifactTree
  readonly runs: Pick<Runs, 'get'>
  readonly loggedModels: Pick<LoggedModels, 'get'>
  readonly registry: Pick<Registry, 'getVersion'>
  /** Where the files of a version are, once its source is followed. */
  readonly addressOfFiles: (version: ModelVersion) => Promise<string | undefined>
  /** The most that one file may have. */
  readonly maxBytes: number
}

const pathSchema = z.object({ path: z.string().min(1).max(4_000) })
const tags = ['artifacts']

/** The files of runs, of the models that they logged and of registered versions. */
export function addLoggedFileRoutes(app: App, deps: LoggedFileDeps): void {
  addReadRoutes(app, deps, {
    base: '/api/v1/tracking/runs/:id/artifacts',
    what: 'a run',
    params: z.object({ id: trackedRunIdSchema }),
    find: async ({ id }) => ({ title: `run "${id}"`, uri: (await deps.runs.get(id)).artifactUri }),
  })
  addReadRoutes(app, deps, {
    base: '/api/v1/tracking/models/:id/artifacts',
    what: 'a logged model',
    params: z.object({ id: z.string().max(100) }),
    find: async ({ id }) => ({ title: `logged model "${id}"`, uri: (await deps.loggedModels.get(id)).artifactUri }),
  })
  addReadRoutes(app, deps, {
    base: '/api/v1/models/:name/versions/:version/artifacts',
    what: 'a registered version, as they were logged',
    params: z.object({ name: z.string().max(250), version: z.string().max(255) }),
    find: async ({ name, version }) => {
      const found = await deps.registry.getVersion(name, /^\d{1,15}$/.test(version) ? Number(version) : version)
      return { title: `version ${found.version} of model "${name}"`, uri: await deps.addressOfFiles(found) }
    },
  })
  addRunWriteRoutes(app, deps)
  addUploadRoute(app, deps, '/api/v1/tracking/models/:id/artifacts/content', 'a logged model that is pending', (id) =>
    pendingModel(deps, id),
  )
}

/** A model is what it was when it was logged. */
async function pendingModel({ loggedModels }: LoggedFileDeps, id: string): Promise<FileOwner> {
  const { artifactUri, status } = await loggedModels.get(id)
  if (status === 'pending') return { title: `logged model "${id}"`, uri: artifactUri }
  throw new RegiaError('CONFLICT', `Logged model "${id}" is ${status}: its files do not change any more.`, {
    where: id,
    hint: 'Log another model.',
  })
}

type Owned<Params extends z.ZodType> = {
  readonly base: string
  readonly what: string
  readonly params: Params
  readonly find: (params: z.infer<Params>) => Promise<FileOwner>
}

function addReadRoutes<Params extends z.ZodType>(app: App, deps: LoggedFileDeps, owned: Owned<Params>): void {
  const { base, what, params, find } = owned
  const { tree } = deps
  app.get(
    base,
    {
      schema: {
        tags,
        summary: `Files and folders of ${what}`,
        params,
        querystring: z.object({ path: z.string().max(4_000).default('') }),
        response: { 200: z.object({ files: listReplySchema(artifactFileSchema), elsewhere: z.string().optional() }) },
      },
    },
    async (request) => listFiles(tree, await find(params.parse(request.params)), request.query.path),
  )
  app.get(
    `${base}/content`,
    { schema: { tags, summary: `The bytes of a file of ${what}`, params, querystring: pathSchema } },
    async (request, reply) => {
      const { path } = placeOf(await find(params.parse(request.params)), request.query.path)
      const { digest, sizeBytes } = await tree.get(path)
      const fileName = path.split('/').at(-1) ?? path
      const headers = contentHeaders({ digest, fileName, mediaType: typeOfName(path) ?? 'application/octet-stream' })
      return sendContent({ headers, sizeBytes, open: (range) => tree.read(digest, range) }, request, reply)
    },
  )
  app.get(
    `${base}/rows`,
    {
      schema: {
        tags,
        summary: `Rows of a table among the files of ${what}`,
        params,
        querystring: pageQuerySchema.extend(pathSchema.shape),
        response: { 200: pageReplySchema(rowSchema) },
      },
    },
    async (request) => {
      const { path } = placeOf(await find(params.parse(request.params)), request.query.path)
      return previewRows(deps, path, { limit: request.query.limit, offset: offsetOf(request.query) })
    },
  )
}

function addUploadRoute(
  app: App,
  { tree, maxBytes }: LoggedFileDeps,
  url: string,
  what: string,
  find: (id: string) => Promise<FileOwner>,
): void {
  addUploadScope(app, (scope) => {
    scope.put(
      url,
      {
        schema: {
          tags,
          summary: `Keep a file of ${what}; one that is there is replaced`,
          params: z.object({ id: trackedRunIdSchema }),
          querystring: pathSchema,
          response: { 200: artifactFileSchema },
        },
      },
      async (request) => {
        const { root, path } = placeOf(await find(request.params.id), request.query.path)
        return toArtifactFile(await tree.put(path, bodyBytes(request, maxBytes)), root)
      },
    )
  })
}

function addRunWriteRoutes(app: App, deps: LoggedFileDeps): void {
  const { tree, runs } = deps
  const url = '/api/v1/tracking/runs/:id/artifacts/content'
  const find = async (id: string): Promise<FileOwner> => {
    const { artifactUri, lifecycle } = await runs.get(id)
    if (lifecycle === 'deleted')
      throw new RegiaError('CONFLICT', `Run "${id}" is deleted.`, { where: id, hint: 'Restore it first.' })
    return { title: `run "${id}"`, uri: artifactUri }
  }
  addUploadRoute(app, deps, url, 'a run', find)
  app.delete(
    url,
    {
      schema: {
        tags,
        summary: 'Take a file of a run away, or a folder with everything in it',
        params: z.object({ id: trackedRunIdSchema }),
        querystring: pathSchema,
      },
    },
    async (request, reply) => {
      const { path } = placeOf(await find(request.params.id), request.query.path)
      await tree.delete(path)
      return reply.code(204).send()
    },
  )
}
