import { join } from 'node:path'
import { type Artifact, createRng, floatColumn, intColumn, makeTable, stringColumn, type Table } from '@regia/core'
import { createDataEngine, folderBlobStore } from '@regia/engine'

const CARRIERS = ['AA', 'DL', 'UA']

/** 400 made-up flights in which far and late ones are late more often. */
export function flightRows(): Table {
  const rng = createRng('interop')
  const rows = Array.from({ length: 400 }, () => {
    const [distance, hour, carrier] = [rng.next() * 1_000, Math.floor(rng.next() * 24), Math.floor(rng.next() * 3)]
    const delay = distance / 50 + hour + carrier * 2 + rng.next() * 20
    return { distance: Math.fround(distance), hour, carrier, delay }
  })
  return makeTable({
    distance: floatColumn(rows.map(({ distance }) => distance)),
    hour: intColumn(rows.map(({ hour }) => hour)),
    carrier: stringColumn(rows.map(({ carrier }) => CARRIERS[carrier]!)),
    delay: floatColumn(rows.map(({ delay }) => delay)),
    late: stringColumn(rows.map(({ delay }) => (delay > 35 ? 'yes' : 'no'))),
  })
}

/** Keeps a table in the blobs of a home. */
export async function keepTable(table: Table, home: string): Promise<Artifact> {
  const path = join(home, 'rows.parquet')
  await (await createDataEngine({ tempDir: join(home, 'spill') })).writeTable(table, path)
  const info = await folderBlobStore(join(home, 'blobs')).putFile(path)
  return { kind: 'table', ...info, rowCount: table.rowCount }
}
