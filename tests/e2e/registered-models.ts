import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { RegiaClient } from '@regia/sdk'

/** Folders that MLflow's own client wrote. */
const FOLDERS = new URL('../reference/mlflow-models/', import.meta.url)

export type Registered = {
  /** Of files that runs logged: the first version is ONNX and packaged, the second a pickle and refused. */
  readonly logged: string
  /** One with a name that needs care in addresses and commands, many tags and versions without a package. */
  readonly odd: string
  /** One without versions. */
  readonly empty: string
  readonly run: string
}

const ODD_VERSIONS = 30
const ODD_TAGS = 60
const SETTLED_MS = 90_000

/** A registry as it looks after some months: what is packaged and what is refused, odd names, many tags, nothing at all. */
export async function registerModels(api: RegiaClient, prefix: string): Promise<Registered> {
  const logged = `${prefix}-iris`
  const run = await logFolders(api, `${prefix} runs`)
  await api.models.create({ name: logged, description: 'Tells **irises** apart.', tags: { team: 'garden' } })
  for (const [folder, learner] of [
    ['columns', 'trees'],
    ['pickled', 'pickle'],
    ['zipmap', 'other trees'],
  ] as const) {
    await api.models.registerVersion(logged, { runId: run, path: folder, tags: { learner } })
  }
  await settled(api, logged, [1, 2, 3])
  await api.models.promote(logged, 1, { alias: 'champion', reason: 'the first one that works' })

  const odd = `${prefix} a/b größer & 100 % „schön“ `.padEnd(90, 'lang ').trim()
  const tags = Object.fromEntries(
    Array.from({ length: ODD_TAGS }, (_, i) => [`key ${i}`, i === 7 ? 'a long value '.repeat(30) : `value ${i}`]),
  )
  await api.models.create({ name: odd, tags })
  for (let i = 0; i < ODD_VERSIONS; i++) {
    await api.models.registerVersion(odd, { source: `s3://somewhere/else/${i}`, description: `Attempt ${i + 1}.` })
  }
  await api.models.promote(odd, 2, { alias: 'night-shift-of-the-northern-hemisphere' })
  const empty = `${prefix}-empty`
  await api.models.create({ name: empty })
  return { logged, odd, empty, run }
}

/** A run with a folder for each kind of model. */
async function logFolders(api: RegiaClient, experiment: string): Promise<string> {
  await api.experiments.create({ name: experiment })
  const { id } = await api.tracking.create({ experiment, name: 'irises' })
  for (const folder of ['columns', 'pickled', 'zipmap']) {
    for (const file of await readdir(new URL(folder, FOLDERS))) {
      const bytes = await readFile(fileURLToPath(new URL(`${folder}/${file}`, FOLDERS)))
      await api.tracking.writeFile(id, `${folder}/${file}`, new Uint8Array(bytes))
    }
  }
  await api.tracking.update(id, { status: 'succeeded' })
  return id
}

async function settled(api: RegiaClient, model: string, versions: readonly number[]): Promise<void> {
  const until = Date.now() + SETTLED_MS
  for (const version of versions) {
    while ((await api.models.version(model, version)).packaging.status === 'pending') {
      if (Date.now() > until) throw new Error(`${model} v${version} is still being packaged.`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
