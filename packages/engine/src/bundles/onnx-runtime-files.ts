import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { RegiaError } from '@regia/core'
import { z } from 'zod'
import type { BundleFile } from './bundle-file.ts'
import { archOf, type Platform } from './platform.ts'

/** The library itself and its binding. Providers for graphics cards, which some installations fetch beside them, stay behind. */
const NATIVE = /^(libonnxruntime\.so(\.[\d.]+)?|onnxruntime_binding\.node)$/

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  main: z.string(),
})

/**
 * `node_modules` with what runs a model on one platform and nothing else: a sixth of onnxruntime-node as it is published. Its package
 * brings the libraries of all platforms, so that a bundle for another one than this machine's can be made here.
 *
 * @throws RegiaError `CONFIG_INVALID` where the installed package lacks the platform.
 */
export async function onnxRuntimeFiles(platform: Platform): Promise<readonly BundleFile[]> {
  const [node, common] = onnxRuntimeFolders()
  const native = join('bin', 'napi-v6', 'linux', archOf(platform))
  const libraries = await filesIn(node, native, (name) => NATIVE.test(name))
  if (libraries.length < 2) throw notInstalled(platform, join(node, native))
  return [...(await pruned(node, 'dist', libraries)), ...(await pruned(common, join('dist', 'cjs')))].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  )
}

/** Where onnxruntime-node and what it needs are installed. */
export function onnxRuntimeFolders(): readonly [node: string, common: string] {
  const node = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
  const main = createRequire(join(node, 'package.json')).resolve('onnxruntime-common')
  return [node, main.slice(0, main.lastIndexOf(join('onnxruntime-common', 'dist')) + 'onnxruntime-common'.length)]
}

/** A package as CommonJS alone: its code, the given files, and a manifest without what it would install. */
async function pruned(folder: string, code: string, files: readonly BundleFile[] = []): Promise<readonly BundleFile[]> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
  const modules = await filesIn(folder, code, (name) => name.endsWith('.js') || name === 'package.json')
  const { name } = manifest
  return [{ path: 'package.json', content: `${JSON.stringify(manifest, undefined, 2)}\n` }, ...modules, ...files].map(
    (file) => ({ ...file, path: `node_modules/${name}/${file.path}` }),
  )
}

async function filesIn(root: string, folder: string, isWanted: (name: string) => boolean): Promise<BundleFile[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])
  const names = entries
    .filter((entry) => entry.isFile() && isWanted(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort()
  return Promise.all(
    names.map(async (name) => ({ path: name.replaceAll('\\', '/'), content: await readFile(join(root, name)) })),
  )
}

const notInstalled = (platform: Platform, folder: string): RegiaError =>
  new RegiaError('CONFIG_INVALID', `The installed onnxruntime-node has no library for ${platform}.`, {
    where: folder,
    hint: 'Install it anew from npm without leaving files out: "npm install --ignore-scripts onnxruntime-node".',
  })
