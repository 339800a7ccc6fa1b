import type { ExportReport } from '../../importing/export-mlruns.ts'
import type { ImportReport } from '../../importing/import-mlflow.ts'
import type { Output } from '../output.ts'
import { plural } from './format.ts'

/** How many runs go by between two lines about how far it is. */
const RUNS_A_LINE = 100

type SoFar = Pick<ImportReport, 'runs' | 'points' | 'files'> | Pick<ExportReport, 'runs' | 'points' | 'files'>

/** What is being looked at, and now and then how much has come. */
export function narrateExchange({ line, style }: Pick<Output, 'line' | 'style'>) {
  const say = (text: string) => line(style.dim(text))
  const counted = (report: SoFar) => {
    const [runs, points, files] = [report.runs, report.points, report.files].map((count) =>
      typeof count === 'number' ? count : count.imported + count.skipped,
    )
    if (runs === undefined || runs % RUNS_A_LINE !== 0) return
    say(`  ${plural(runs, 'run')}, ${plural(points ?? 0, 'metric point')}, ${plural(files ?? 0, 'file')} so far`)
  }
  return { say, counted }
}
