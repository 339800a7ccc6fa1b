import { resolve } from 'node:path'
import { RegiaError } from '@regia/core'
import { type ExportReport, exportMlruns } from '../../importing/export-mlruns.ts'
import { type Counted, type ImportReport, importMlflow } from '../../importing/import-mlflow.ts'
import { openMlflowServer } from '../../importing/mlflow-server.ts'
import { openMlruns } from '../../importing/mlruns-folder.ts'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { formatBytes, plural } from './format.ts'
import { narrateExchange } from './narrate-exchange.ts'

type ImportInput = { readonly source: string; readonly atOnce: number }

const MOST_AT_ONCE = 32

/** Exit code 1 where something did not come over as it is there. */
export const importFromMlflow: Action<ImportInput> = async ({ source, atOnce }, context) => {
  if (atOnce < 1 || atOnce > MOST_AT_ONCE) {
    throw new RegiaError('INVALID_INPUT', `${atOnce} runs at once cannot be.`, {
      where: '--at-once',
      hint: `Give 1 to ${MOST_AT_ONCE}.`,
    })
  }
  const { client } = await context.connect()
  const from = /^https?:\/\//.test(source)
    ? await openMlflowServer(source, tokenOf(context))
    : await openMlruns(resolve(context.workingDir, source))
  const report = await importMlflow(client, from, { ...narrateExchange(context.output), atOnce })
  context.output.result(report, () => describeImport(report, context.output))
  return report.problems.length === 0 ? EXIT.ok : EXIT.failed
}

/** Under the names that MLflow's own clients read. */
function tokenOf({ environment: { variable } }: Context): string | undefined {
  const user = variable('MLFLOW_TRACKING_USERNAME')
  return variable('MLFLOW_TRACKING_TOKEN') ?? (user && `${user}:${variable('MLFLOW_TRACKING_PASSWORD') ?? ''}`)
}

function describeImport(report: ImportReport, { table, style }: Output): string {
  const row = (what: string, { found, imported, skipped }: Counted) => ({ what, found, imported, skipped })
  const rows = [
    row('experiments', report.experiments),
    row('runs', report.runs),
    row('metric points', report.points),
    row('files', report.files),
    row('logged models', report.loggedModels),
    row('registered models', report.models),
    row('versions', report.versions),
  ]
  const { problems, files } = report
  return [
    table(rows, [
      { title: 'what', value: ({ what }) => what },
      { title: 'there', value: ({ found }) => String(found), align: 'right' },
      { title: 'taken over', value: ({ imported }) => String(imported), align: 'right' },
      { title: 'here already', value: ({ skipped }) => String(skipped), align: 'right' },
    ]),
    `${formatBytes(files.bytes)} of files.`,
    ...(files.elsewhere > 0
      ? [`${plural(files.elsewhere, 'run')} keep their files where this server cannot read.`]
      : []),
    problems.length === 0
      ? `${style.green('✓')} Every run and version that came is as it is there.`
      : `${style.red('✗')} ${plural(problems.length, 'thing')} differ:`,
    ...problems.slice(0, 20).map((problem) => `  ${problem}`),
    ...(problems.length > 20 ? [`  … and ${problems.length - 20} more`] : []),
  ].join('\n')
}

type ExportInput = { readonly folder: string }

export const exportToMlflow: Action<ExportInput> = async ({ folder }, context) => {
  const { client } = await context.connect()
  const { output } = context
  const report = await exportMlruns(client, resolve(context.workingDir, folder), narrateExchange(output))
  output.result(report, () => describeExport(report))
}

const describeExport = (report: ExportReport): string =>
  [
    `${plural(report.experiments, 'experiment')}, ${plural(report.runs, 'run')}, ${plural(report.points, 'point')}, ` +
      `${plural(report.files, 'file')}, ${plural(report.models, 'model')} with ${plural(report.versions, 'version')}.`,
    `MLflow reads them: mlflow server --backend-store-uri ${report.folder}`,
  ].join('\n')
