import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default('see its repository'),
  author: z.union([z.string(), z.object({ name: z.string() })]).optional(),
  repository: z.union([z.string(), z.object({ url: z.string() })]).optional(),
})

const LICENCE_FILE = /^(licen[cs]e|copying|notice|thirdpartynotices)(\.(md|txt))?$/i

/** The licences of the packages in a bundle, as they ask for: name, version and the text that each came with. */
export async function thirdPartyNotices(folders: readonly string[]): Promise<string> {
  const notices = await Promise.all([...new Set(folders)].map(noticeOf))
  return `${notices.sort((a, b) => (a < b ? -1 : 1)).join(`\n${'-'.repeat(80)}\n\n`)}`
}

/** The packages that files of a program belong to. */
export const packageFolders = (inputs: readonly string[]): readonly string[] => [
  ...new Set(inputs.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])),
]

async function noticeOf(folder: string): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
  const { name, version, license, author, repository } = manifest
  const names = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).sort()
  const texts = await Promise.all(names.map((file) => readFile(join(folder, file), 'utf8')))
  const by = typeof author === 'object' ? author.name : author
  const url = typeof repository === 'object' ? repository.url : repository
  const head = [`${name} ${version}`, `Licence: ${license}`, by && `Author: ${by}`, url && `Source: ${url}`]
  return [...head.filter((line) => line !== undefined), '', ...texts.map((text) => text.trim()), ''].join('\n')
}
