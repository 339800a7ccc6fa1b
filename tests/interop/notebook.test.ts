import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Artifact } from '@regia/core'
import { folderBlobStore } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Deployed } from '../fixtures/steps/fake-control-plane.ts'
import { deployTo, outputsOf, withWorker } from '../fixtures/steps/worker-at-work.ts'
import { flightRows, keepTable } from './rows.ts'

const PROJECT_DIR = fileURLToPath(new URL('./project/', import.meta.url))

let home: string
let deployed: Deployed
let stored: Artifact

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'regia-notebook-'))
  deployed = await deployTo(home, 'programs.ts', PROJECT_DIR)
  stored = await keepTable(flightRows(), home)
})

afterAll(() => rm(home, { recursive: true, force: true }))

const read = async (artifact: Artifact | undefined) =>
  Buffer.from(await folderBlobStore(join(home, 'blobs')).read(artifact!.digest)).toString()

describe('a notebook', () => {
  it('gets its parameters, gives its outputs, and is kept as it was executed', async () => {
    const inputs = { rows: { type: { kind: 'table' as const }, artifacts: [stored], isList: false } }
    const { report, lines, events } = await withWorker(home, deployed, (plane) =>
      plane.ask('report', { inputs, memoryMb: 1_000 }),
    )
    const { summary, plot, notebook, html } = outputsOf(report)
    expect(summary?.value).toEqual({ rows: 400, above: expect.any(Number), names: ['a', "b's"] })
    expect(plot).toMatchObject({ kind: 'file', mediaType: 'image/svg+xml' })
    expect(notebook).toMatchObject({ kind: 'file', mediaType: 'application/x-ipynb+json' })
    expect(html).toMatchObject({ kind: 'file', mediaType: 'text/html' })
    expect(lines).toContain('stdout: 400 rows')
    expect(events.filter(({ type }) => type === 'progress').length).toBeGreaterThan(0)
    const cells: { source: string; metadata: { tags?: string[] }; outputs?: unknown[] }[] = JSON.parse(
      await read(notebook),
    ).cells
    expect(cells.map(({ metadata }) => metadata.tags?.[0])).toEqual([
      undefined,
      'parameters',
      'injected-parameters',
      undefined,
      undefined,
    ])
    expect([cells[2]!.source].flat().join('')).toContain("threshold = 500\nnames = ['a', \"b's\"]\n")
    expect(cells[3]!.outputs).toHaveLength(2)
    expect(await read(html)).toMatch(/<html[\s\S]*400 rows/)
  })

  it('that fails names the cell, the exception and where', async () => {
    const { report, lines } = await withWorker(home, deployed, (plane) => plane.ask('failing', { memoryMb: 1_000 }))
    expect(lines).toContain('stdout: so far')
    expect(lines).not.toContain('stdout: never')
    expect(report).toMatchObject({
      status: 'failed',
      isRetryable: true,
      error: {
        code: 'USER_CODE_FAILED',
        message: expect.stringMatching(/exit code 1: cell 2 \(def deep\(x\):\): ZeroDivisionError: division by zero$/),
        where: 'step "failing", attempt 1',
        data: { lastStderr: expect.stringContaining('return 1 / x') },
      },
    })
  })

  it('says what to install', async () => {
    const unequipped = await withWorker(home, deployed, (plane) => plane.ask('unequipped'))
    expect(unequipped.report).toMatchObject({
      error: {
        code: 'USER_CODE_FAILED',
        message: expect.stringMatching(
          /^"failing\.ipynb" .* has no package \w+: \S+ -m pip install nbclient ipykernel$/,
        ),
      },
    })
    const { report } = await withWorker(home, deployed, (plane) => plane.ask('bare'))
    expect(report).toMatchObject({
      error: { code: 'NOT_FOUND', hint: expect.stringContaining('Install "python3-without-packages"') },
    })
  })
})
