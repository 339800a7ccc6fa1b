import { writeFile } from 'node:fs/promises'
import { parquetOfColumns } from '../../data/parquet/index.ts'
import type { RowRanges } from '../../data/row-ranges/index.ts'
import { writeWhole } from '../../data/whole-file.ts'
import type { LoadedGraph } from '../onnx-graph.ts'
import { cancelled } from './cancelled.ts'
import type { ScoreGatherer } from './gather-scores.ts'
import { isParquet } from './prepare-scoring.ts'
import type { ScoringPart, ScoringWork } from './scoring-messages.ts'

export type ScorePartRequest = {
  readonly loaded: LoadedGraph
  readonly ranges: RowRanges
  readonly work: ScoringWork
  readonly scores: ScoreGatherer
  readonly part: ScoringPart
  readonly isStopped: () => boolean
  readonly onRows: (rowCount: number) => void
}

/** Rows between two words about how far it is. */
const TOLD_ROWS = 16_384

/** Scores one range into its file, which is there only when it is whole. @throws RegiaError `RUN_CANCELLED` when it is stopped. */
export async function scorePart({
  loaded,
  ranges,
  work,
  scores,
  part,
  isStopped,
  onRows,
}: ScorePartRequest): Promise<void> {
  const { range, groupRows, outputPath, place } = part
  scores.begin(range.until - range.from)
  let untold = 0
  for await (const { rowCount, columns } of ranges.read(range, work.chunkRows)) {
    if (isStopped()) throw cancelled()
    scores.append(await loaded.run(columns, rowCount))
    untold += rowCount
    if (untold < TOLD_ROWS) continue
    onRows(untold)
    untold = 0
  }
  const added = scores.columns()
  if (isParquet(outputPath)) await writeWhole(outputPath, (path) => writeFile(path, parquetOfColumns(added, groupRows)))
  else await ranges.write({ range, keep: work.keep, added, outputPath, withHeader: place === 0 })
  onRows(untold)
}
