import { type CreateModelVersion, isPackaged, type ModelVersion, RegiaError, STAGES } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Action } from '../command.ts'
import { parseModelReference, parseModelTarget } from './model-reference.ts'
import { oneOf } from './one-of.ts'
import { parseTags, tagChanges } from './tags.ts'

type Described = { readonly description: string | undefined; readonly tag: readonly string[] }

export const createModel: Action<{ model: string } & Described> = async (input, context) => {
  const { client } = await context.connect()
  const { output } = context
  const made = await client.models.create({
    name: input.model,
    ...(input.description !== undefined && { description: input.description }),
    tags: parseTags(input.tag),
  })
  output.result(made, () => `${output.style.green('✓')} ${made.name} is registered; it has no versions yet.`)
}

type RegisterInput = Described & {
  readonly model: string
  readonly source: string | undefined
  readonly run: string | undefined
  readonly path: string | undefined
}

/** The model is made where it is not there; then waits until the files are packaged or refused. */
export const registerVersion: Action<RegisterInput> = async (input, context) => {
  const { client } = await context.connect()
  const { output } = context
  const body: CreateModelVersion = {
    ...(input.source !== undefined && { source: input.source }),
    ...(input.run !== undefined && { runId: input.run }),
    ...(input.path !== undefined && { path: input.path }),
    ...(input.description !== undefined && { description: input.description }),
    tags: parseTags(input.tag),
  }
  await ensureModel(client, input.model)
  const { version } = await client.models.registerVersion(input.model, body)
  const settled = await output.waiting('packaging', settle(client, input.model, version))
  output.result(settled, () => {
    const name = `${input.model} version ${version}`
    if (isPackaged(settled)) return `${output.style.green('✓')} ${name} is registered and can be served.`
    const { reason = 'its files are still being packaged.', hint } = settled.packaging
    return [
      `${name} is registered, but cannot be served: ${reason}`,
      ...(hint ? [`  ${output.style.dim(hint)}`] : []),
    ].join('\n')
  })
}

async function ensureModel(client: RegiaClient, name: string): Promise<void> {
  await client.models.create({ name }).catch((error: unknown) => {
    if (!(error instanceof RegiaError && error.code === 'ALREADY_EXISTS')) throw error
  })
}

const POLL_MS = 200
const POLLS = 1_500

async function settle(client: RegiaClient, model: string, version: number): Promise<ModelVersion> {
  for (let i = 0; ; i++) {
    const found = await client.models.version(model, version)
    if (found.packaging.status !== 'pending' || i >= POLLS) return found
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

export const packageVersion: Action<{ model: string }> = async (input, context) => {
  const { model, version } = parseModelReference(input.model)
  const { client } = await context.connect()
  const { output } = context
  const pending = await client.models.packageVersion(model, version)
  const settled = await output.waiting('packaging', settle(client, model, pending.version))
  output.result(settled, () => {
    if (isPackaged(settled)) return `${output.style.green('✓')} ${model} version ${settled.version} can be served.`
    return `${model} version ${settled.version} cannot be served: ${settled.packaging.reason ?? 'not packaged yet'}`
  })
}

type UpdateInput = Described & {
  readonly model: string
  readonly untag: readonly string[]
  readonly stage: string | undefined
  readonly archiveExisting: boolean
  readonly protect: readonly string[]
  readonly unprotect: readonly string[]
}

export const updateModel: Action<UpdateInput> = async (input, context) => {
  const { client } = await context.connect()
  const { model, version } = parseModelTarget(input.model)
  const tags = tagChanges(input.tag, input.untag)
  const shared = { ...(input.description !== undefined && { description: input.description }), ...(tags && { tags }) }
  const { output } = context
  if (version === undefined) {
    if (input.stage !== undefined) throw ofTheOther('--stage', 'a version', `${model}@VERSION`)
    const changed = await client.models.update(model, { ...shared, ...(await protection(client, model, input)) })
    return output.result(changed, () => `${output.style.green('✓')} ${model} is changed.`)
  }
  if (input.protect.length + input.unprotect.length > 0) throw ofTheOther('--protect', 'a model', model)
  const changed = await client.models.updateVersion(model, version, {
    ...shared,
    ...(input.stage !== undefined && { stage: oneOf('--stage', STAGES, input.stage) }),
    archiveExisting: input.archiveExisting,
  })
  output.result(changed, () => `${output.style.green('✓')} ${model} version ${changed.version} is changed.`)
}

async function protection(client: RegiaClient, model: string, { protect, unprotect }: UpdateInput) {
  if (protect.length + unprotect.length === 0) return {}
  const { protectedAliases } = await client.models.get(model)
  const kept = [...protectedAliases, ...protect].filter((alias) => !unprotect.includes(alias))
  return { protectedAliases: [...new Set(kept)] }
}

const ofTheOther = (option: string, thing: string, name: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `${option} is of ${thing}.`, { where: option, hint: `Name one: ${name}` })

export const renameModel: Action<{ model: string; name: string }> = async (input, context) => {
  const { client } = await context.connect()
  const renamed = await client.models.update(input.model, { name: input.name })
  const { output } = context
  output.result(renamed, () => `${output.style.green('✓')} ${input.model} is now ${renamed.name}.`)
}

export const deleteModel: Action<{ model: string }> = async (input, context) => {
  const { client } = await context.connect()
  const { model, version } = parseModelTarget(input.model)
  if (version === undefined) await client.models.delete(model)
  else await client.models.deleteVersion(model, version)
  const { output } = context
  output.result({ deleted: input.model }, () => `${input.model} is deleted; "regia models restore" brings it back.`)
}

export const restoreModel: Action<{ model: string }> = async (input, context) => {
  const { client } = await context.connect()
  const { model, version } = parseModelTarget(input.model)
  const { output } = context
  const restored =
    version === undefined
      ? await client.models.restore(model)
      : await client.models.restoreVersion(model, numberOf(version))
  output.result(restored, () => `${output.style.green('✓')} ${input.model} is back.`)
}

function numberOf(version: string): number {
  if (/^[1-9]\d*$/.test(version)) return Number(version)
  throw new RegiaError('INVALID_INPUT', `"${version}" is no number of a version.`, {
    where: 'MODEL',
    hint: 'A deleted version has no aliases: name it by its number, such as penguins@2.',
  })
}

export const deleteAlias: Action<{ alias: string }> = async (input, context) => {
  const { model, version: alias } = parseModelReference(input.alias)
  const { client } = await context.connect()
  await client.models.deleteAlias(model, alias)
  context.output.result({ model, alias }, () => `${model} has no alias ${alias} any more.`)
}
