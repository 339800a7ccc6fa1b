import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Digest, type ModelVersion, RegiaError } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Action } from '../../command.ts'
import type { Output } from '../../output.ts'
import type { SecretInput } from '../secret-of.ts'
import { shortList } from '../short-list.ts'
import { parseTags } from '../tags.ts'
import { credentialsOf } from './credentials-of.ts'
import { type FilesToImport, filesToImport } from './files-to-import.ts'
import { type SaidInput, saidOfModel } from './said-of-model.ts'
import { isAddress, upstreamOf } from './upstream-of.ts'

type Input = SaidInput &
  SecretInput & {
    readonly secretAs: string | undefined
    readonly file: string
    readonly name: string
    readonly alias: string | undefined
    readonly description: string | undefined
    readonly tag: readonly string[]
  }

/** Sends the files and waits until the server has packaged them, asked them the example and registered them. */
export const importModel: Action<Input> = async (input, context) => {
  const credentials = credentialsOf(input)
  const files = isAddress(input.file) ? undefined : await filesToImport(resolve(context.workingDir, input.file))
  if (files && credentials) throw noServer(input.file)
  const said = await saidOfModel(input, context.workingDir)
  const { client } = await context.connect()
  const { output } = context
  const work = async () =>
    client.models.import(input.name, {
      ...(files
        ? { files: await send(client, files) }
        : { upstream: { ...upstreamOf(input.file), ...(credentials && { credentials }) } }),
      ...said,
      ...(input.alias !== undefined && { alias: input.alias }),
      ...(input.description !== undefined && { description: input.description }),
      tags: parseTags(input.tag),
    })
  const version = await output.waiting(`importing ${input.file}`, work())
  output.result(version, () => describeImport(version, output))
}

const noServer = (file: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `A secret is for another server, and "${file}" is a file.`, {
    where: '--secret-env, --secret-file',
    hint: 'Leave it out, or name the model by its address: http://HOST/v2/models/MODEL.',
  })

async function send(client: RegiaClient, files: FilesToImport): Promise<Record<string, Digest>> {
  const sent: Record<string, Digest> = {}
  for (const [path, file] of files) sent[path] = (await client.blobs.write(new Uint8Array(await readFile(file)))).digest
  return sent
}

function describeImport({ model, version, aliases, package: manifest }: ModelVersion, { style }: Output): string {
  const names = aliases.length > 0 ? ` (${aliases.join(', ')})` : ''
  if (!manifest) return `${style.green('✓')} ${model} version ${version}${names} is registered.`
  const { signature, example, notes = [] } = manifest
  const inputs = signature.inputs.map(({ name, type, nullable }) => `${name} ${type}${nullable ? '?' : ''}`)
  const answer = signature.classes ? `${signature.target}: ${shortList(signature.classes)}` : signature.target
  return [
    `${style.green('✓')} ${style.bold(`${model} version ${version}`)}${names} can be served: ${signature.task}, ${answer}`,
    `  ${style.dim('takes')} ${shortList(inputs)}`,
    ...(signature.positive === undefined ? [] : [`  ${style.dim('score')} the probability of "${signature.positive}"`]),
    ...(example.isMadeUp
      ? [`  ${style.yellow('▲')} its example was made up from the types of the columns; give real rows with --example`]
      : []),
    ...notes.map((note) => `  ${style.dim('note')}  ${note}`),
  ].join('\n')
}
