import { type ArchiveRecord, archiveRecordOf, type ModelVersion, packageArchiveSchema } from '@regia/core'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { beforeAll, describe, expect, it } from 'vitest'
import { trainOnTrips } from '../../../../../tests/fixtures/models/trips.ts'
import { hashBytes } from '../../blobs/index.ts'
import { readModelPackage, writeModelPackage } from '../index.ts'
import { findArchiveFaults, importPackage, packageInFile, readPackageArchive, writePackageArchive } from './index.ts'

const record: ArchiveRecord = {
  model: 'late',
  version: 3,
  registeredAt: '2026-03-01T00:00:00.000Z',
  description: 'Warns of late trips.',
  tags: { team: 'ops' },
  card: { purpose: 'Warns.', licence: 'CC-BY-4.0', dataLicence: 'CC0 1.0' },
  lineage: { datasets: [{ name: 'trips', version: 2 }], params: { trees: 20 }, artifacts: {} },
}

let packageBytes: Uint8Array
let archive: Uint8Array
beforeAll(async () => {
  const { train, fitted } = trainOnTrips()
  packageBytes = (await writeModelPackage({ fitted, train, metrics: { auc: 0.8 } })).bytes
  archive = writePackageArchive(packageBytes, record)
})

const changed = (change: (files: Record<string, Uint8Array>) => void): Uint8Array => {
  const files = unzipSync(archive)
  change(files)
  return zipSync(files)
}

/** A deterministic stream of places in `count` bytes. */
const places = (count: number, size: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor((((i * 2654435761) % 2 ** 32) / 2 ** 32) * size))

describe('package archive', () => {
  it('holds what others read, with the digest of each file', () => {
    const files = unzipSync(archive)
    const manifest = packageArchiveSchema.parse(JSON.parse(new TextDecoder().decode(files['manifest.json'])))
    expect(Object.keys(files)).toEqual([
      'manifest.json',
      'model.onnx',
      'signature.json',
      'example.json',
      'reference-profile.json',
      'lineage.json',
      'training.json',
      'card.md',
      'LICENSES',
      'MLmodel',
    ])
    for (const [name, { digest, sizeBytes }] of Object.entries(manifest.files)) {
      expect(hashBytes(files[name]!), name).toBe(digest)
      expect(files[name]!.byteLength).toBe(sizeBytes)
    }
    expect(manifest).toMatchObject({ model: 'late', version: 3, packageDigest: hashBytes(packageBytes) })
    expect(manifest.opsets).toHaveProperty('ai.onnx.ml')
    expect(new TextDecoder().decode(files.LICENSES)).toContain('CC-BY-4.0')
    expect(new TextDecoder().decode(files['card.md'])).toContain('Warns.')
  })

  it('is the same again, and gives back the package and the record unchanged', () => {
    expect(Buffer.compare(writePackageArchive(packageBytes, record), archive)).toBe(0)
    const opened = readPackageArchive(archive)
    expect(Buffer.compare(opened.packageBytes, packageBytes)).toBe(0)
    expect(opened.record).toEqual(record)
    expect(Buffer.compare(writePackageArchive(opened.packageBytes, opened.record), archive)).toBe(0)
  })

  it('is the same whatever the version is called where it went', () => {
    const { manifest } = readModelPackage(packageBytes)
    const there: ModelVersion = {
      model: 'another',
      version: 9,
      packaging: { status: 'packaged' },
      packageDigest: hashBytes(packageBytes),
      package: manifest,
      aliases: ['champion'],
      description: record.description,
      tags: { ...record.tags },
      stage: 'Production',
      lineage: {
        datasets: [],
        params: {},
        artifacts: {},
        origin: { model: 'late', version: 3, registeredAt: record.registeredAt, lineage: record.lineage },
      },
      createdAt: '2027-01-01T00:00:00.000Z',
      updatedAt: '2027-01-01T00:00:00.000Z',
    }
    expect(Buffer.compare(writePackageArchive(packageBytes, archiveRecordOf(there, record.card)), archive)).toBe(0)
  })

  it('is sound: its example is answered as one batch and row by row', async () => {
    const { faults, notes, selfTest } = await findArchiveFaults(archive)
    expect({ faults, notes }).toEqual({ faults: [], notes: [] })
    expect(selfTest).toMatchObject({ rowCount: 5 })
    expect(selfTest!.maxError).toBeLessThan(1e-6)
    const imported = await importPackage(archive)
    expect(imported.record).toEqual(record)
    expect(hashBytes(imported.bytes)).toBe(hashBytes(packageBytes))
    expect((await importPackage(packageBytes)).record).toBeUndefined()
    expect(hashBytes(packageInFile(archive).bytes)).toBe(hashBytes(packageBytes))
    expect(packageInFile(packageBytes)).toEqual({ bytes: packageBytes })
  })

  it('may be zipped anew, which is said', async () => {
    const { faults, notes } = await findArchiveFaults(changed(() => undefined))
    expect(faults).toEqual([])
    expect(notes).toEqual([expect.stringContaining('zipped by another tool')])
  })

  const edit = (name: string, from: string, to: string) => (files: Record<string, Uint8Array>) => {
    const text = new TextDecoder().decode(files[name])
    expect(text).toContain(from)
    files[name] = strToU8(text.replace(from, to))
  }

  it.each<[string, () => Uint8Array, readonly (readonly [string, RegExp])[]]>([
    ['no zip', () => strToU8('hello'), [['zip', /no zip/]]],
    ['a cut zip', () => archive.slice(0, archive.length - 50), [['zip', /no zip/]]],
    [
      'a file outside',
      () => changed((files) => Object.assign(files, { '../evil.sh': strToU8('x') })),
      [['zip', /evil/]],
    ],
    ['no manifest', () => changed((files) => delete files['manifest.json']), [['missing', /manifest\.json/]]],
    ['no card', () => changed((files) => delete files['card.md']), [['missing', /card\.md/]]],
    [
      'checks of which the manifest knows nothing, and no licences',
      () =>
        changed((files) => {
          files['checks.json'] = strToU8('{}')
          delete files.LICENSES
        }),
      [
        ['unknown', /checks\.json/],
        ['missing', /LICENSES/],
      ],
    ],
    ['another card', () => changed(edit('card.md', 'Warns', 'Lies')), [['changed', /card\.md/]]],
    ['another description', () => changed(edit('manifest.json', 'Warns of', 'Lies of')), [['changed', /own digest/]]],
    [
      'a manifest of another kind',
      () => changed(edit('manifest.json', 'regia-package/1', 'x')),
      [['manifest', /format/]],
    ],
  ])('names what is wrong: %s', async (_, make, expected) => {
    const { faults } = await findArchiveFaults(make())
    expect(faults.map(({ kind }) => kind)).toEqual(expected.map(([kind]) => kind))
    for (const [i, [, message]] of expected.entries()) expect(faults[i]!.message).toMatch(message)
    await expect(importPackage(make())).rejects.toMatchObject({ code: 'MODEL_INVALID' })
  })

  it('refuses entries that stand twice and zips that would fill the memory', async () => {
    const twice = Buffer.from(archive)
    // The name of one entry becomes that of another in the directory at the end.
    const directory = twice.lastIndexOf('card.md')
    twice.write('MLmodel', directory)
    expect((await findArchiveFaults(twice)).faults[0]!.message).toMatch(/MLmodel twice/)
    const bomb = changed((files) => Object.assign(files, { 'training.json': new Uint8Array(40 * 2 ** 20) }))
    expect((await findArchiveFaults(bomb)).faults[0]!.message).toMatch(
      /training\.json claims 41943040 bytes, packed into/,
    )
  })

  it('never gives other contents for a byte that changed', () => {
    const whole = readPackageArchive(archive)
    let refused = 0
    for (const place of places(300, archive.length)) {
      const damaged = archive.slice()
      damaged[place] = damaged[place]! ^ (1 << (place % 8))
      try {
        const opened = readPackageArchive(damaged)
        expect(Buffer.compare(opened.packageBytes, whole.packageBytes)).toBe(0)
        expect(opened.record).toEqual(whole.record)
      } catch (error) {
        expect(error).toMatchObject({ code: 'MODEL_INVALID' })
        refused++
      }
    }
    expect(refused).toBeGreaterThan(280)
  })

  it('names an example that the graph answers otherwise, and a graph that its signature does not fit', async () => {
    const opened = readModelPackage(packageBytes)
    const raw = JSON.parse(new TextDecoder().decode(opened.files.get('manifest.json')))
    const withManifest = (change: (manifest: typeof raw) => void) => {
      const manifest = structuredClone(raw)
      change(manifest)
      const files = { ...Object.fromEntries(opened.files), 'manifest.json': strToU8(JSON.stringify(manifest)) }
      return findArchiveFaults(writePackageArchive(zipSync(files), record))
    }
    const wrong = await withManifest((manifest) => {
      manifest.example.probabilities[0] = [0.25, 0.75]
    })
    expect(wrong.faults).toEqual([expect.objectContaining({ kind: 'self-test', file: 'model.onnx' })])
    const renamed = await withManifest((manifest) => {
      manifest.signature.inputs[0].name = 'when'
    })
    expect(renamed.faults).toEqual([
      expect.objectContaining({ kind: 'graph', message: expect.stringContaining('"at"') }),
    ])
  })
})
