import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BundledModel } from '../../../packages/regia/src/bundles/bundle-target.ts'
import { BUNDLE_TARGETS, writeBundle } from '../../../packages/regia/src/bundles/index.ts'
import { CHECKOUT } from '../regia-command.ts'
import { bundleOf, type Files, freshBundle, sizeOf, textOf, tripsModel } from './bundle-lab.ts'

const IMAGES = ['docker', 'compose', 'kubernetes', 'ecs']
const SERVERS = [...IMAGES, 'ec2', 'lambda']
const ALL = [...SERVERS, 'browser']
const SECTIONS = ['What you need', 'Build', 'Run', 'Try it', 'Settings', 'Update', 'Roll back', 'Remove']

/** Whether a folder is named; "namespace/root" of a library's own words names none. */
function holdsPath(content: Buffer, place: string): boolean {
  const text = content.toString('latin1')
  for (let at = text.indexOf(place); at >= 0; at = text.indexOf(place, at + 1)) {
    if (!/\w/.test(text[at - 1] ?? '')) return true
  }
  return false
}

describe('bundles', () => {
  let model: BundledModel
  let folder: string
  beforeAll(async () => {
    model = await tripsModel()
    folder = await mkdtemp(join(tmpdir(), 'regia-bundles-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('are made for every target', () => {
    expect(BUNDLE_TARGETS.map(({ name }) => name)).toEqual(expect.arrayContaining(ALL))
  })

  it.each(ALL)('are the same bytes for the same model: %s', async (target) => {
    const [one, other] = [await bundleOf(model, target), await freshBundle(await tripsModel(), target)]
    expect(digests(one)).toEqual(digests(other))
  })

  it.each(ALL)('tell from zero how to use them: %s', async (target) => {
    const readme = textOf(await bundleOf(model, target), 'README.md')
    const headings = [...readme.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual(SECTIONS)
    expect(readme).toContain(model.digest)
    expect(readme).toContain(JSON.stringify({ rows: model.manifest.example.rows.slice(0, 1) }))
    const files = await bundleOf(model, target)
    for (const [, path = ''] of readme.matchAll(/^\| `([^`*]+)` \|/gm)) {
      if (/^[A-Z_]+$/.test(path)) continue
      expect([
        path,
        [...files.keys()].some((each) => each === path || each.startsWith(path) || each.endsWith(`/${path}`)),
      ]).toEqual([path, true])
    }
  })

  it.each(IMAGES)('hold far less than 300 MB: %s', async (target) => {
    const megabytes = sizeOf(await bundleOf(model, target)) / 1e6
    expect(megabytes).toBeGreaterThan(40)
    expect(megabytes).toBeLessThan(60)
  })

  it.each([
    ['linux/x64', 'x86-64', 60],
    ['linux/arm64', 'aarch64', 40],
  ] as const)('hold the library of %s alone', async (platform, machine, megabytes) => {
    const files = await bundleOf(model, 'docker', [], platform)
    const libraries = [...files.keys()].filter((path) => /\.(so(\.\d+)*|node|dylib|dll)$/.test(path))
    expect(libraries).toEqual([
      `node_modules/onnxruntime-node/bin/napi-v6/${platform}/libonnxruntime.so.1`,
      `node_modules/onnxruntime-node/bin/napi-v6/${platform}/onnxruntime_binding.node`,
    ])
    for (const path of libraries) expect([path, machineOf(files.get(path))]).toEqual([path, machine])
    expect(sizeOf(files) / 1e6).toBeLessThan(megabytes)
    expect(JSON.parse(textOf(files, 'bundle.json'))).toMatchObject({ platform, model: 'Late_trips', version: 3 })
  })

  it('hold nothing of the control plane, and no installer', async () => {
    const files = await bundleOf(model, 'docker')
    const server = textOf(files, 'server.mjs')
    const imported = [...server.matchAll(/^import .*? from "([^"]+)"|import\("([^"]+)"\)/gm)].map(([, a, b]) => a ?? b)
    expect(new Set(imported.filter((name) => !isBuiltin(name ?? '')))).toEqual(new Set(['onnxruntime-node']))
    for (const name of ['better-sqlite3', '@duckdb', 'fastify', '@aws-sdk', 'kysely']) {
      expect([name, server.includes(`"${name}`)]).toEqual([name, false])
      expect([...files.keys()].filter((path) => path.includes(name))).toEqual([])
    }
    const manifest = JSON.parse(textOf(files, 'node_modules/onnxruntime-node/package.json'))
    expect(Object.keys(manifest)).toEqual(['name', 'version', 'license', 'main'])
    expect([...files.keys()].filter((path) => /cuda|tensorrt|\.map$|\.d\.ts$/.test(path))).toEqual([])
  })

  it('name every package inside with its licence', async () => {
    const notices = textOf(await bundleOf(model, 'docker'), 'THIRD-PARTY.txt')
    const packages = [...notices.matchAll(/^(\S+) \d+\.\d+\.\d+\nLicence: (.+)$/gm)].map(([, name, licence]) => [
      name,
      licence,
    ])
    expect(packages).toEqual(
      expect.arrayContaining([
        ['fflate', 'MIT'],
        ['onnxruntime-common', 'MIT'],
        ['onnxruntime-node', 'MIT'],
        ['zod', 'MIT'],
      ]),
    )
  })

  it.each(ALL)('say nothing of the machine that made them: %s', async (target) => {
    const files = await bundleOf(model, target)
    const told = [...files].filter(([path]) => !/\.(so\.1|node|gz|zip|wasm)$/.test(path))
    for (const [path, content] of told) {
      for (const place of [CHECKOUT, tmpdir(), homedir()].filter((each) => each.length > 4)) {
        expect([path, place, holdsPath(content, place)]).toEqual([path, place, false])
      }
    }
  })

  it('are not made of a model for which others answer', async () => {
    const answeredBy = { kind: 'upstream', url: 'http://triton:8000', model: 'late' } as unknown
    const manifest = { ...model.manifest, answeredBy } as BundledModel['manifest']
    await expect(freshBundle({ ...model, manifest }, 'docker')).rejects.toMatchObject({ code: 'MODEL_INVALID' })
  })

  it('make an archive for a machine that holds what an image does', async () => {
    const files = await bundleOf(model, 'ec2')
    const place = join(folder, 'unpacked')
    await mkdir(place)
    execFileSync('tar', ['--extract', '--gzip', '--file', '-', '--directory', place], {
      input: files.get('late-trips-3.tar.gz'),
    })
    const image = await bundleOf(model, 'docker')
    const paths = (await readdir(place, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1))
    const expected = [...image.keys()].filter((path) => !/^(Dockerfile|\.dockerignore|README\.md|log\/)/.test(path))
    expect(paths.sort()).toEqual(expected.sort())
    for (const path of paths.filter((each) => each !== 'bundle.json')) {
      expect([path, image.get(path)?.equals(await readFile(join(place, path)))]).toEqual([path, true])
    }
    const archived = createHash('sha256')
      .update(files.get('late-trips-3.tar.gz') ?? '')
      .digest('hex')
    expect(textOf(files, 'user-data.yaml')).toContain(archived)
  })

  it('are written over nothing but themselves', async () => {
    const out = join(folder, 'out')
    const files = [
      { path: 'deep/one.txt', content: 'one' },
      { path: 'run.sh', content: '#!/bin/sh', isExecutable: true as const },
    ]
    expect(await writeBundle(out, files)).toMatchObject({ fileCount: 3 })
    execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: out })
    expect((await stat(join(out, 'run.sh'))).mode & 0o777).toBe(0o755)
    expect((await stat(join(out, 'deep/one.txt'))).mode & 0o777).toBe(0o644)
    await writeBundle(out, [{ path: 'two.txt', content: 'two' }])
    expect((await readdir(out)).sort()).toEqual(['SHA256SUMS', 'two.txt'])
    await writeFile(join(out, 'notes.txt'), 'mine')
    await expect(writeBundle(out, files)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    expect(await readFile(join(out, 'notes.txt'), 'utf8')).toBe('mine')
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([])
  })
})

const digests = (files: Files): Record<string, string> =>
  Object.fromEntries([...files].map(([path, content]) => [path, createHash('sha256').update(content).digest('hex')]))

/** What an ELF file says it runs on. */
function machineOf(content: Buffer | undefined): string {
  expect(content?.subarray(0, 4).toString('latin1')).toBe('\u007fELF')
  const machines: Readonly<Record<number, string>> = { 62: 'x86-64', 183: 'aarch64' }
  return machines[content?.readUInt16LE(18) ?? 0] ?? 'unknown'
}
