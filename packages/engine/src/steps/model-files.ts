import { readFile, writeFile } from 'node:fs/promises'
import { type DEFINITION, type FittedTabularModel, RegiaError, type Table } from '@regia/core'
import type { ModelSession, OpenedPackage, ReadSecret } from '../models/index.ts'
import type { ModelHandle } from './step-definition.ts'

/** What `packageModel` of the authoring API made. */
export type PackageRequest = {
  readonly [DEFINITION]: 'packaged-model'
  readonly fitted: FittedTabularModel
  readonly train: Table
  readonly reference?: Table
  readonly inputs?: Readonly<Record<string, { readonly nullable?: boolean; readonly description?: string }>>
  readonly trainedOn?: { readonly from: string; readonly until: string }
  readonly metrics?: { readonly [name: string]: number }
}

/** Models of one attempt. Their sessions are opened with the first prediction and freed when the step is done. */
export type StepModels = {
  readonly open: (path: string) => Promise<ModelHandle>
  readonly openPackage: (path: string) => Promise<{ readonly opened: OpenedPackage; readonly session: ModelSession }>
  readonly close: () => Promise<void>
}

export function openStepModels(): StepModels {
  const sessions: Promise<ModelSession>[] = []
  const openPackage = async (path: string) => {
    const { readModelPackage } = await import('../models/index.ts')
    return readModelPackage(await readFile(path))
  }
  const openSession = async (opened: OpenedPackage) => {
    const { openModel } = await import('../models/index.ts')
    const session = openModel(opened, { readSecret: stepSecret })
    sessions.push(session)
    return session
  }
  return {
    openPackage: async (path) => {
      const opened = await openPackage(path)
      return { opened, session: await openSession(opened) }
    },
    open: async (path) => {
      const opened = await openPackage(path)
      let session: Promise<ModelSession> | undefined
      const predict = async (table: Table) => {
        session ??= openSession(opened)
        return (await session).predictTable(table)
      }
      return { manifest: opened.manifest, path, predict, scores: async (table) => (await predict(table)).scores }
    },
    close: async () => {
      await Promise.allSettled(sessions.splice(0).map(async (session) => (await session).close()))
    },
  }
}

/** A step sees the variables that it names as its secrets, and no files of the server. */
const stepSecret: ReadSecret = async (ref, whose) => {
  const secret = 'env' in ref ? process.env[ref.env] : undefined
  if (secret) return secret
  const name = 'env' in ref ? ref.env : ref.file
  throw new RegiaError(
    'CONFIG_INVALID',
    `The secret of ${whose} is missing in this step: it is to be found in ${name}.`,
    {
      where: name,
      hint: 'Name the variable among the "secrets" of the step; a file is not read by steps.',
    },
  )
}

/** Compiles, checks and zips a fitted model. @throws RegiaError of packaging: `DATA_EMPTY`, `COLUMN_MISSING` … */
export async function writeModel(request: PackageRequest, path: string): Promise<string> {
  const { writeModelPackage } = await import('../models/index.ts')
  const { fitted, train, reference, inputs, metrics, trainedOn } = request
  const { bytes } = await writeModelPackage({
    fitted,
    train,
    ...(reference && { reference }),
    ...(inputs && { inputs }),
    ...(metrics && { metrics }),
    ...(trainedOn && { trainedOn: { from: startOf(trainedOn.from), until: endOf(trainedOn.until) } }),
  })
  await writeFile(path, bytes)
  return path
}

/** A date means the whole day, so that nothing of the last day of training counts as unseen. */
const startOf = (time: string) => (isDate(time) ? `${time}T00:00:00.000Z` : new Date(time).toISOString())
const endOf = (time: string) => (isDate(time) ? `${time}T23:59:59.999Z` : new Date(time).toISOString())
const isDate = (time: string) => /^\d{4}-\d{2}-\d{2}$/.test(time)
