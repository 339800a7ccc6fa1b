import { RegiaError, type Report, type Run, reportSchema } from '@regia/core'
import { checkGraph, findChecks, findExamined } from '../../project/check-graph.ts'
import type { Action } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { followRun } from './follow-run.ts'
import { plural } from './format.ts'
import { parseModelReference } from './model-reference.ts'
import { describeReport } from './models.ts'
import { type ReportFiles, writeReports } from './write-reports.ts'

export const check: Action<{ model: string } & ReportFiles> = async (input, context) => {
  const reference = parseModelReference(input.model)
  const connection = await context.connect({ needsWorker: true })
  const { client, project } = connection
  const version = await client.models.version(reference.model, reference.version)
  const checks = await context.output.waiting('Reading the project', findChecks(project, reference.model))
  const graph = checkGraph(version.model, checks, await findExamined(client, version))
  // The step runs Regia's own code: the bundle of such a pipeline is empty.
  const { digest } = await client.blobs.write(new TextEncoder().encode('export {}\n'))
  const deployed = await client.pipelines.deploy(graph.name, { graph, bundleDigest: digest, projectDir: project.dir })
  const started = await client.pipelines.run(graph.name, {
    version: deployed.version,
    trigger: { kind: 'person', by: context.environment.user },
  })
  const run = await followRun(client, started.id, context)
  if (!run) return EXIT.interrupted
  const report = reportOf(run)
  const name = `${version.model}@${version.version}`
  await writeReports([{ name, report }], input, context.workingDir)
  const { output } = context
  output.result({ model: version.model, version: version.version, runId: run.id, ...report }, () => {
    const red = report.checks.filter(({ status }) => status === 'failed').length
    const verdict = report.passed
      ? `${output.style.green('✓')} ${name} passes.`
      : `${output.style.red('✗')} ${name} fails ${plural(red, 'check')}.`
    return `${describeReport(report, output)}\n\n${verdict}`
  })
  return report.passed ? EXIT.ok : EXIT.failed
}

function reportOf(run: Run): Report {
  if (run.error) throw RegiaError.fromBody(run.error)
  const parsed = reportSchema.safeParse(run.steps[0]?.outputs.report?.value)
  if (parsed.success) return parsed.data
  throw new RegiaError('CHECK_FAILED', `The checks ended as "${run.status}" and left no report.`, {
    where: run.id,
    hint: `"regia runs show ${run.id}" and "regia runs logs ${run.id}" say more.`,
  })
}
