import type { RewardsRequest, RewardsResponse } from '@regia/core'
import {
  type EndpointLog,
  type LogEntry,
  type PredictionLog,
  type RewardRecord,
  recordPayload,
} from './prediction-log/index.ts'

type Reward = RewardsRequest['rewards'][number]

/** Logs what predictions earned. What it accepts is in the log when it answers; counting follows. @throws RegiaError `LOG_WRITE_FAILED`. */
export function pushRewards(log: PredictionLog, { rewards }: RewardsRequest, now: number): RewardsResponse {
  const entries = new Map<EndpointLog, LogEntry[]>()
  const unknownIds: string[] = []
  for (const reward of rewards) {
    const found = log.locate(reward.predictionId)
    if (!found) {
      unknownIds.push(reward.predictionId)
      continue
    }
    const ofLog = entries.get(found.log) ?? []
    entries.set(found.log, ofLog)
    ofLog.push(entryOf(reward, now))
  }
  for (const [endpointLog, ofLog] of entries) endpointLog.append(ofLog)
  return { acceptedCount: rewards.length - unknownIds.length, unknownIds }
}

function entryOf({ predictionId, reward, at }: Reward, loggedAt: number): LogEntry {
  const record: RewardRecord = {
    kind: 'reward',
    predictionId,
    reward,
    ...(at !== undefined && { at: Date.parse(at) }),
    loggedAt,
  }
  return { record, payload: recordPayload(record) }
}
