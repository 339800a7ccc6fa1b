import { readFileSync } from 'node:fs'
import { readModelPackage, scoreFile } from '@regia/engine'

// Scores a file from Parquet to Parquet: `scored.ts MODEL INPUT OUTPUT THREADS`. Says rows, milliseconds from the call to the finished file, and
// the most memory that the process held.

const [modelPath = '', inputPath = '', outputPath = '', threads = '1'] = process.argv.slice(2)
const model = readModelPackage(readFileSync(modelPath))
const startedAt = performance.now()
const before = process.cpuUsage()
const { rowCount } = await scoreFile({ model, inputPath, outputPath, threads: Number(threads) })
const ms = performance.now() - startedAt
const { user, system } = process.cpuUsage(before)
console.log(
  JSON.stringify({
    rows: rowCount,
    ms,
    cpuMs: (user + system) / 1000,
    maxRssMb: process.resourceUsage().maxRSS / 1024,
  }),
)
