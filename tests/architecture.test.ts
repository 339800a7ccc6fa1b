import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Arrow, brokenArrows } from './architecture/arrows.ts'
import { type Import, importsOf, packageOf, sourceFiles, subjectOf } from './architecture/imports.ts'

const files = sourceFiles(new URL('../packages/', import.meta.url))
const imports: readonly Import[] = files.flatMap(importsOf)
const show = (arrows: readonly Arrow[]) => arrows.map(({ from, to, rule }) => `${from} → ${to}: ${rule}`)

describe('architecture', () => {
  it('reads the sources', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(imports.length).toBeGreaterThan(300)
    expect(new Set(files.map(packageOf))).toEqual(new Set(['core', 'engine', 'server', 'sdk', 'regia', 'web']))
  })

  it('follows the arrows of docs/architecture.md', () => {
    expect(show(brokenArrows(imports))).toEqual([])
  })

  it.each([
    ['core/src/kernel/ids.ts', 'node:fs', 'core imports zod'],
    ['core/src/data/schema.ts', 'protobufjs', 'only onnx'],
    ['core/src/data/schema.ts', './core/src/serving/index.ts', 'comes after'],
    ['core/src/serving/endpoint.ts', './core/src/data/schema.ts', 'through its index.ts'],
    ['core/src/table/table.ts', './core/src/data/index.ts', 'may not import subject'],
    ['server/src/serving/routes.ts', './server/src/models/index.ts', 'let app.ts connect'],
    ['engine/src/data/sql.ts', '@regia/server', 'may not import server'],
    ['web/src/main.tsx', '@regia/engine', 'may not import engine'],
    ['sdk/src/client.ts', 'zod', 'depends on core alone'],
    ['server/src/app.ts', './engine/src/index.ts', 'by its name'],
    ['regia/src/cli/main.ts', '@regia/core/dist/index.js', 'only the root'],
  ])('refuses %s → %s', (file, target, rule) => {
    const path = (short: string) => fileURLToPath(new URL(`../packages/${short}`, import.meta.url))
    const isPath = target.startsWith('./')
    const found = {
      file: path(file),
      target: isPath ? path(target.slice(2)) : target,
      isPath,
      isTypeOnly: false,
      isTest: false,
    }
    expect(brokenArrows([found]).map((arrow) => arrow.rule)).toEqual([expect.stringContaining(rule)])
  })

  it('knows nothing of the examples', () => {
    const code = files.filter((file) => !/\.test\.tsx?$/.test(file))
    const told = code.filter((file) => /\b(flights?|airports?)\b/i.test(withoutExamples(file)))
    expect(told).toEqual([])
  })

  it('gives subjects the same names everywhere', () => {
    const known = new Set(files.filter((file) => packageOf(file) === 'core').map(subjectOf))
    const foundations = new Set(['kernel', 'table', 'statistics', 'onnx'])
    for (const name of ['data', 'pipelines', 'models', 'serving', 'monitoring', 'overview', 'demo']) {
      expect(known.has(name) && !foundations.has(name), name).toBe(true)
      expect(
        files.some((file) => packageOf(file) === 'server' && subjectOf(file) === name),
        `server/${name}`,
      ).toBe(true)
    }
  })
})

/** Documentation may use an example's words; code may not. */
const withoutExamples = (file: string) => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
