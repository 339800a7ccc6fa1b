import { readFile } from 'node:fs/promises'
import { readModelPackage, scoreFile } from '../src/models/index.ts'

/** Scores one file in a process of its own, to be killed or kept short of memory: `score-here.ts MODEL INPUT OUTPUT`. Says the rows done, a line each time. */
const [modelPath = '', inputPath = '', outputPath = ''] = process.argv.slice(2)
const result = await scoreFile({
  model: readModelPackage(await readFile(modelPath)),
  inputPath,
  outputPath,
  key: 'id',
  onProgress: ({ rowsDone }) => console.log(rowsDone),
})
console.log(JSON.stringify({ ...result, maxRssKb: process.resourceUsage().maxRSS }))
