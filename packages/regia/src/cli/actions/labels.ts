import { resolve } from 'node:path'
import { type LabelsResponse, labelSchema, RegiaError } from '@regia/core'
import type { z } from 'zod'
import type { Action } from '../command.ts'
import { parseCsv } from './csv.ts'
import { formatNumber, plural } from './format.ts'
import { readRows, readText } from './read-rows.ts'

type Label = z.infer<typeof labelSchema>
const BATCH = 5_000

export const pushLabels: Action<{ file: string }> = async (input, context) => {
  const path = resolve(context.workingDir, input.file)
  const rows = path.endsWith('.csv') ? parseCsv(await readText(path), path) : await readRows(path)
  const labels = rows.map((row, i) => parseLabel(row, `${path}, row ${i + 1}`))
  const { client } = await context.connect({ needsGateway: true })
  let sum: LabelsResponse = { acceptedCount: 0, unknownIds: [] }
  for (let start = 0; start < labels.length; start += BATCH) {
    const { acceptedCount, unknownIds } = await client.labels.push({ labels: labels.slice(start, start + BATCH) })
    sum = { acceptedCount: sum.acceptedCount + acceptedCount, unknownIds: [...sum.unknownIds, ...unknownIds] }
  }
  const { style } = context.output
  context.output.result(sum, () =>
    [
      `${style.green('✓')} ${plural(sum.acceptedCount, 'label')} taken.`,
      ...(sum.unknownIds.length
        ? [
            `${style.yellow('▲')} ${formatNumber(sum.unknownIds.length)} name no prediction: ${sum.unknownIds.slice(0, 5).join(', ')}`,
          ]
        : []),
    ].join('\n'),
  )
}

function parseLabel(row: Readonly<Record<string, unknown>>, where: string): Label {
  const parsed = labelSchema.safeParse({
    predictionId: row.prediction_id ?? row.predictionId,
    label: row.label,
    ...(row.at ? { at: row.at } : {}),
  })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new RegiaError('INVALID_INPUT', `This is not a label: "${issue.path.join('.')}" ${issue.message}.`, {
    where,
    hint: 'Each row needs "prediction_id" and "label", and may have "at" (ISO-8601 in UTC).',
  })
}
