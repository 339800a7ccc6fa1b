import { resolve } from 'node:path'
import { RegiaError, type RewardsResponse, rewardSchema } from '@regia/core'
import type { z } from 'zod'
import type { Action } from '../command.ts'
import { parseCsv } from './csv.ts'
import { formatNumber, plural } from './format.ts'
import { readRows, readText } from './read-rows.ts'

type Reward = z.infer<typeof rewardSchema>
const BATCH = 5_000

export const pushRewards: Action<{ file: string }> = async (input, context) => {
  const path = resolve(context.workingDir, input.file)
  const rows = path.endsWith('.csv') ? parseCsv(await readText(path), path) : await readRows(path)
  const rewards = rows.map((row, i) => parseReward(row, `${path}, row ${i + 1}`))
  const { client } = await context.connect({ needsGateway: true })
  let sum: RewardsResponse = { acceptedCount: 0, unknownIds: [] }
  for (let start = 0; start < rewards.length; start += BATCH) {
    const { acceptedCount, unknownIds } = await client.rewards.push({ rewards: rewards.slice(start, start + BATCH) })
    sum = { acceptedCount: sum.acceptedCount + acceptedCount, unknownIds: [...sum.unknownIds, ...unknownIds] }
  }
  const { style } = context.output
  const unknown = sum.unknownIds
  context.output.result(sum, () =>
    [
      `${style.green('✓')} ${plural(sum.acceptedCount, 'reward')} taken.`,
      ...(unknown.length > 0
        ? [`${style.yellow('▲')} ${formatNumber(unknown.length)} name no prediction: ${unknown.slice(0, 5).join(', ')}`]
        : []),
    ].join('\n'),
  )
}

function parseReward(row: Readonly<Record<string, unknown>>, where: string): Reward {
  const { reward } = row
  const asNumber = typeof reward === 'string' && reward.trim() !== '' ? Number(reward) : reward
  const parsed = rewardSchema.safeParse({
    predictionId: row.prediction_id ?? row.predictionId,
    // What is no number stays as it came, so that the error shows it.
    reward: Number.isNaN(asNumber) ? reward : asNumber,
    ...(row.at ? { at: row.at } : {}),
  })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new RegiaError('INVALID_INPUT', `This is not a reward: "${issue.path.join('.')}" ${issue.message}.`, {
    where,
    hint: 'Each row needs "prediction_id" and "reward" (a number), and may have "at" (ISO-8601 in UTC).',
  })
}
