import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRng, importSignatureSchema } from '@regia/core'
import { expect, it, onTestFinished } from 'vitest'
import { packageInChild } from './package-in-child.ts'

const FILES = fileURLToPath(new URL('../../../../../../tests/reference/onnx-files/', import.meta.url))
const signature = importSignatureSchema.parse({ classes: ['no', 'yes'] })

it('leaves this process alone, whatever is wrong with a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'regia-damaged-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const rng = createRng('damaged')
  for (let i = 0; i < 16; i++) {
    const bytes = readFileSync(join(FILES, i % 2 === 0 ? 'columns.onnx' : 'function.onnx'))
    for (let k = 0; k < 1 + (i % 4); k++) bytes[Math.floor(rng.next() * bytes.length)] = Math.floor(rng.next() * 256)
    const path = join(folder, 'model.onnx')
    writeFileSync(path, i % 5 === 4 ? bytes.subarray(0, Math.floor(rng.next() * bytes.length)) : bytes)
    const outputPath = join(folder, `${i}.zip`)
    const request = { kind: 'onnx' as const, files: { 'model.onnx': path }, signature, outputPath }
    const error = await packageInChild(request, { signal: new AbortController().signal, timeoutMs: 45_000 }).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (error === undefined) expect(existsSync(outputPath)).toBe(true)
    else expect(error).toMatchObject({ code: expect.stringMatching(/^(MODEL_INVALID|COLUMN_MISSING|INVALID_INPUT)$/) })
  }
}, 120_000)
