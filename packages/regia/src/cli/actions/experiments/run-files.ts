import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type ArtifactFile, RegiaError } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { walkFiles } from '../../../tracking/walk-files.ts'
import type { Action } from '../../command.ts'
import { formatBytes, plural } from '../format.ts'

type FilesInput = { readonly run: string; readonly path: string | undefined; readonly output: string | undefined }

export const runFiles: Action<FilesInput> = async ({ run, path = '', output: target }, context) => {
  const { client } = await context.connect()
  const files = await filesAt(client, run, path)
  const { output } = context
  if (target !== undefined) {
    const folder = resolve(context.workingDir, target)
    for (const file of files) await download(client, run, file.path, folder)
    return output.result({ folder, files }, () => `${plural(files.length, 'file')} in ${folder}`)
  }
  output.result({ files }, () =>
    output.table(files, [
      { title: 'file', value: (file) => file.path },
      {
        title: 'size',
        value: ({ sizeBytes }) => (sizeBytes === undefined ? '–' : formatBytes(sizeBytes)),
        align: 'right',
      },
      { title: 'digest', value: ({ digest }) => digest ?? '' },
    ]),
  )
}

/** Everything below a folder, or the file itself. @throws RegiaError `NOT_FOUND` where there is neither. */
async function filesAt(client: RegiaClient, run: string, path: string): Promise<ArtifactFile[]> {
  const below: ArtifactFile[] = []
  for await (const file of walkFiles(client, run, path)) below.push(file)
  if (below.length > 0 || path === '') return below
  const { files } = await client.tracking.files(run, { path: path.split('/').slice(0, -1).join('/') })
  const found = files.find((file) => file.path === path)
  if (found) return [found]
  throw new RegiaError('NOT_FOUND', `The run kept no "${path}".`, {
    where: `run ${run}`,
    hint: `"regia experiments files ${run}" lists what it kept.`,
  })
}

async function download(client: RegiaClient, run: string, path: string, folder: string): Promise<void> {
  const target = resolve(folder, path)
  // What a server answers must not be written elsewhere.
  if (!target.startsWith(folder + sep)) {
    throw new RegiaError('PATH_OUTSIDE_ROOT', `The artifact "${path}" leads out of the folder.`, { where: folder })
  }
  await mkdir(dirname(target), { recursive: true })
  const { body } = await client.tracking.readFile(run, path)
  await pipeline(body ? Readable.fromWeb(body) : Readable.from([]), createWriteStream(join(target)))
}
