import type { BanditAlgorithm } from './algorithm.ts'

/**
 * Thompson sampling: each arm gets the share with which it is believed to be the best.
 *
 * Drawing from the posteriors for each prediction chooses the arms just so often; as shares they hold until the next update, and late rewards
 * do no harm.
 *
 * @see Thompson (1933); Chapelle and Li (2011), *An empirical evaluation of Thompson sampling*.
 */
export const thompson: BanditAlgorithm = {
  name: 'thompson',
  shares: ({ best }) => best.probabilityBest,
}
