import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Report, type Run, reportSchema } from '@regia/core'
import { junitXml } from './junit.ts'
import { reportMarkdown } from './report-markdown.ts'

export type ReportFiles = { readonly junit: string | undefined; readonly markdown: string | undefined }

type NamedReport = { readonly name: string; readonly report: Report }

/** Writes reports where build servers and people look for them. */
export async function writeReports(reports: readonly NamedReport[], files: ReportFiles, dir: string): Promise<void> {
  if (files.junit) await writeFile(resolve(dir, files.junit), junitXml(reports))
  if (files.markdown) await writeFile(resolve(dir, files.markdown), markdownOf(reports))
}

/** What the gates of a run found. */
export function gateReports({ graph, steps }: Run): readonly NamedReport[] {
  const gates = new Set(graph.steps.filter(({ kind }) => kind === 'gate').map(({ id }) => id))
  return steps.flatMap(({ step, outputs }) => {
    const parsed = gates.has(step) ? reportSchema.safeParse(outputs.report?.value) : undefined
    return parsed?.success ? [{ name: `${graph.name} ${step}`, report: parsed.data }] : []
  })
}

const markdownOf = (reports: readonly NamedReport[]): string =>
  reports.length === 0
    ? 'No gate came to a verdict.\n'
    : reports.map(({ name, report }) => reportMarkdown(name, report)).join('\n')
