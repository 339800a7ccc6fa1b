import type { RewardsRequest, RewardsResponse } from '@regia/core'
import { logOutcomes } from './outcome-log.ts'
import type { PredictionLog } from './prediction-log/index.ts'

/** Logs what predictions earned. What it accepts is in the log when it answers; counting follows. @throws RegiaError `LOG_WRITE_FAILED`. */
export function pushRewards(log: PredictionLog, { rewards }: RewardsRequest, now: number): RewardsResponse {
  return logOutcomes(log, rewards, now, ({ reward }, when) => ({ kind: 'reward', reward, ...when }))
}
