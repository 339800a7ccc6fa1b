import { DatabaseSync } from 'node:sqlite'

/** How many predictions all sketches of an endpoint have counted, straight from the database of a running server. */
export function sketchedPredictions(databasePath: string, endpoint: string): number {
  const database = new DatabaseSync(databasePath, { readOnly: true })
  const sum = database
    .prepare(`SELECT sum(json_extract(sketch, '$.prediction.n')) AS n FROM sketch WHERE endpoint = ?`)
    .get(endpoint)
  database.close()
  return Number(sum?.n)
}
