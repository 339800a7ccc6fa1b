import { z } from 'zod'

const npmSchema = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) })

/** Exact packages as `name@version`, sorted and each once. @param name - Of the lockfile, which says its kind. */
export function packagesOf(name: string, content: string): string[] {
  const read = READERS[name]
  return read ? [...new Set(read(content))].sort() : []
}

const READERS: { readonly [name: string]: (content: string) => string[] } = {
  'package-lock.json': npmPackages,
  'npm-shrinkwrap.json': npmPackages,
  // "/name@1.0.0:" or "name@1.0.0(peer@2.0.0):" below "packages:".
  'pnpm-lock.yaml': (content) =>
    [...content.matchAll(/^ {2}'?\/?((?:@[^/\s]+\/)?[^@\s'/]+@[^('\s:]+)[^\n]*:$/gm)].map(([, found]) => found!),
  'yarn.lock': (content) =>
    [...content.matchAll(/^"?((?:@[^/\s"]+\/)?[^@\s"]+)@[^\n]*:\n {2}version:? "?([^"\s]+)/gm)].map(
      ([, found, version]) => `${found}@${version}`,
    ),
  'bun.lock': (content) =>
    [...content.matchAll(/^ {4}"[^"]+": \["((?:@[^/"]+\/)?[^@"]+@[^"]+)"/gm)].map(([, found]) => found!),
  'requirements.txt': (content) =>
    [...content.matchAll(/^([\w.-]+)(?:\[[^\]]*\])?==([^\s;#]+)/gm)].map(([, found, version]) => `${found}@${version}`),
  'uv.lock': tomlPackages,
  'poetry.lock': tomlPackages,
  'pdm.lock': tomlPackages,
}

function npmPackages(content: string): string[] {
  const parsed = npmSchema.safeParse(parseOrNothing(content))
  if (!parsed.success) return []
  return Object.entries(parsed.data.packages).flatMap(([path, { version }]) => {
    const at = path.lastIndexOf('node_modules/')
    return at >= 0 && version !== undefined ? [`${path.slice(at + 'node_modules/'.length)}@${version}`] : []
  })
}

function tomlPackages(content: string): string[] {
  const found = content.matchAll(/^\[\[package\]\]\s*\nname = "([^"]+)"\s*\nversion = "([^"]+)"/gm)
  return [...found].map(([, name, version]) => `${name}@${version}`)
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
